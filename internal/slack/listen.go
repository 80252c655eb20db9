package slack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/notify"
	"beredskab/internal/phrase"
	"beredskab/internal/register"
	"beredskab/internal/slack/places"

	"github.com/slack-go/slack"
)

// ListenerOptions are what it takes to hear what people answer in Slack.
type ListenerOptions struct {
	Door     *door.Door
	Register *register.Register
	Gate     *access.Gate
	Ready    func(context.Context) (map[string]Standing, error) // how each system stands, by ID; nil: nobody knows
	Leads    func() bool                                        // this node holds the socket; nil: it does
	Token    string                                             // xoxb-…, the bot's
	AppToken string                                             // xapp-…: a socket that this program opens; empty: none
	Secret   string                                             // that Slack signs HTTP requests with; empty: none are taken
	APIURL   string                                             // another address of the Web API; empty: Slack's own
	Origin   string                                             // https://…, where people reach the pages; empty: nowhere
	Language string                                             // of whoever chose none
	Channel  string                                             // that gets a summary of each run; empty: none does
	Timeout  time.Duration                                      // for one question to Slack; 0 means 10 seconds
	Silence  time.Duration                                      // after which a socket counts as dead; 0 means 30 seconds
	Log      *slog.Logger
}

// Standing is how ready a system is, of 100 points.
type Standing struct {
	Points int
	Ready  bool
}

// Listener takes what people do in Slack – buttons, dialogs, the command, their own
// page – to the register, in the name of the person whose account it is. Slack is
// acknowledged before anything slow; what was acknowledged is done in the order in which
// each person did it. Make it with NewListener, and let Run work.
type Listener struct {
	ListenerOptions
	places *places.Places
	api    *slack.Client
	http   *http.Client
	texts  map[string]*phrase.Phrases

	mu    sync.Mutex
	state State
	over  bool // nothing more is taken
	lanes []chan job
}

// job is what one envelope asks for.
type job func(context.Context) error

// How many persons are served at once, how many envelopes wait for each, and for how
// long one may be worked on.
const (
	lanes     = 8
	laneDepth = 32
	patience  = 30 * time.Second
)

// NewListener gives the listener. It needs a bot's token, and at least one way to be
// reached: an app-level token for the socket, or a signing secret for HTTP.
func NewListener(o ListenerOptions) (*Listener, error) {
	if o.Token == "" || o.AppToken == "" && o.Secret == "" {
		return nil, errors.New("answers from Slack need a bot token, and app_token_file or signing_secret_file")
	}
	if o.AppToken != "" && !strings.HasPrefix(o.AppToken, "xapp-") {
		return nil, errors.New("the app-level token of Slack begins with xapp-: make one with the scope connections:write")
	}
	o.Timeout, o.Silence = cmp.Or(o.Timeout, notify.DefaultTimeout), cmp.Or(o.Silence, 30*time.Second)
	l := &Listener{ListenerOptions: o, places: &places.Places{Door: o.Door}, http: notify.HTTPClient(o.Timeout), texts: map[string]*phrase.Phrases{}, lanes: make([]chan job, lanes)}
	for i := range l.lanes {
		l.lanes[i] = make(chan job, laneDepth)
	}
	options := []slack.Option{slack.OptionHTTPClient(l.http), slack.OptionAppLevelToken(o.AppToken)}
	if o.APIURL != "" {
		if err := notify.ServerURL("the address of the Slack API", o.APIURL); err != nil {
			return nil, err
		}
		options = append(options, slack.OptionAPIURL(strings.TrimSuffix(o.APIURL, "/")+"/"))
	}
	l.api = slack.New(o.Token, options...)
	for _, lang := range phrase.Languages() {
		texts, err := phrase.New("web", lang) // what the page says of a step, a message says in the same words
		if err != nil {
			return nil, err
		}
		l.texts[lang] = texts
	}
	return l, nil
}

// Run works until ctx ends, and does then what was acknowledged before.
func (l *Listener) Run(ctx context.Context) {
	var work sync.WaitGroup
	for _, lane := range l.lanes {
		work.Go(func() {
			for j := range lane {
				l.do(context.WithoutCancel(ctx), j)
			}
		})
	}
	work.Go(func() { l.boards(ctx) })
	if l.AppToken != "" {
		l.hold(ctx)
	}
	<-ctx.Done()
	l.mu.Lock()
	l.over = true
	for _, lane := range l.lanes {
		close(lane)
	}
	l.mu.Unlock()
	work.Wait()
}

// submit puts work into the lane of whoever asked for it, so that what one person does
// is done in order. It reports false when there is no room, or no time any more: Slack
// is not acknowledged then, and sends it again.
func (l *Listener) submit(who string, j job) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return false
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(who)) // which never fails
	select {
	case l.lanes[h.Sum32()%lanes] <- j:
		return true
	default:
		return false
	}
}

// do does one job. One that breaks down takes nobody else's with it.
func (l *Listener) do(ctx context.Context, j job) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	defer func() {
		if why := recover(); why != nil {
			l.Log.Error("what somebody did in Slack broke down", "error", fmt.Sprint(why), "stack", string(debug.Stack()))
		}
	}()
	if err := j(ctx); err != nil {
		l.Log.Error("what somebody did in Slack could not be carried out", "error", err)
	}
}
