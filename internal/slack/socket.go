package slack

import (
	"context"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"beredskab/internal/notify"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// State is how the way from Slack stands.
type State struct {
	Socket    bool      // answers come over a socket that this program opens
	HTTP      bool      // answers come over HTTP, signed
	Leads     bool      // this node holds the socket
	Connected bool      // Slack has said hello on it
	Since     time.Time // when that changed
	Heard     time.Time // when anything came over it last
	Why       string    // it is not connected; never a secret
}

// State tells how the way from Slack stands on this node.
func (l *Listener) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.state
	s.Socket, s.HTTP = l.AppToken != "", l.Secret != ""
	return s
}

// stands notes how the socket stands.
func (l *Listener) stands(leads, connected bool, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state.Connected != connected || l.state.Since.IsZero() {
		l.state.Since = time.Now().UTC()
	}
	l.state.Leads, l.state.Connected, l.state.Why = leads, connected, why
}

// How long the loop sleeps before it asks again who leads, and between sockets.
const (
	followerLooks = 2 * time.Second
	shortestPause = time.Second
	longestPause  = 30 * time.Second
)

// These end a socket.
var (
	errSilent  = errors.New("nothing came over the socket, not even a ping")
	errFollows = errors.New("another node leads")
)

// hold keeps a socket to Slack open as long as this node leads. Slack hands each
// envelope to any one socket of the app, so that there is one.
func (l *Listener) hold(ctx context.Context) {
	pause := shortestPause
	for ctx.Err() == nil {
		if l.Leads != nil && !l.Leads() {
			l.stands(false, false, "")
			sleep(ctx, followerLooks)
			continue
		}
		began := time.Now()
		err := l.socket(ctx)
		if ctx.Err() != nil || errors.Is(err, errFollows) {
			continue
		}
		why := notify.JudgeError(err).Detail
		l.stands(true, false, why)
		l.Log.Warn("the socket to Slack is gone; opening another", "error", why)
		if pause *= 2; time.Since(began) > longestPause || errors.Is(err, errSilent) {
			pause = shortestPause
		}
		pause = min(pause, longestPause)
		sleep(ctx, pause/2+rand.N(pause/2)) //#nosec G404 -- spreads nodes, hides nothing
	}
	l.stands(false, false, "")
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// socket opens one and listens to it until it ends, and gives why it did. The library
// opens it anew by itself when Slack asks for that.
func (l *Listener) socket(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var heard atomic.Int64 // when anything came last
	note := func() { heard.Store(time.Now().UnixNano()) }
	note()
	const never = 24 * time.Hour // the library counts pings alone; our own watch counts whatever comes
	client := socketmode.New(l.api, socketmode.OptionDialer(l.dialer(note)), socketmode.OptionPingInterval(never),
		socketmode.OptionReadLimit(longestBody), socketmode.OptionLog(log.New(io.Discard, "", 0)))
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { cancel(client.RunContext(ctx)) })
	running.Go(func() { l.watch(ctx, cancel, &heard) })
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case e := <-client.Events:
			l.hear(ctx, client, e)
		}
	}
}

// watch ends a socket over which nothing comes, and that of a node which leads no more:
// a connection that somebody dropped on the way looks alive for hours.
func (l *Listener) watch(ctx context.Context, cancel context.CancelCauseFunc, heard *atomic.Int64) {
	const looks = 4 // within the silence that is borne
	tick := time.NewTicker(max(l.Silence/looks, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		last := time.Unix(0, heard.Load())
		l.mu.Lock()
		l.state.Heard = last.UTC()
		l.mu.Unlock()
		switch {
		case l.Leads != nil && !l.Leads():
			cancel(errFollows)
		case time.Since(last) > l.Silence:
			cancel(errSilent)
		}
	}
}

// dialer opens connections that tell when something comes over them. The buffer keeps
// each answer of ours in one frame, which Slack wants.
func (l *Listener) dialer(heard func()) *websocket.Dialer {
	const oneFrame = 32 << 10
	dial := &net.Dialer{Timeout: l.Timeout, KeepAlive: l.Silence}
	return &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: l.Timeout, WriteBufferSize: oneFrame,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return overheard{conn, heard}, nil
		},
	}
}

type overheard struct {
	net.Conn
	heard func()
}

func (o overheard) Read(b []byte) (int, error) {
	n, err := o.Conn.Read(b)
	if n > 0 {
		o.heard()
	}
	return n, err
}

// hear takes one event of the socket. Every kind that the library knows has its case,
// so that none is unexpected.
func (l *Listener) hear(ctx context.Context, client *socketmode.Client, e socketmode.Event) {
	switch e.Type {
	case socketmode.EventTypeHello:
		l.stands(true, true, "")
	case socketmode.EventTypeConnecting, socketmode.EventTypeConnected, socketmode.EventTypeDisconnect:
		l.stands(true, false, "connecting")
	case socketmode.EventTypeInvalidAuth:
		l.stands(true, false, "Slack refuses the app-level token: make a new one with the scope connections:write")
	case socketmode.EventTypeConnectionError:
		why := "no connection"
		if failed, ok := e.Data.(*slack.ConnectionErrorEvent); ok && failed.ErrorObj != nil {
			why = notify.JudgeError(failed.ErrorObj).Detail
		}
		l.stands(true, false, why)
	case socketmode.EventTypeIncomingError, socketmode.EventTypeErrorWriteFailed, socketmode.EventTypeErrorBadMessage:
		l.Log.Debug("the socket to Slack had an error", "kind", string(e.Type))
	case socketmode.EventTypeInteractive:
		l.envelope(ctx, client, interactivity, e.Request)
	case socketmode.EventTypeSlashCommand:
		l.envelope(ctx, client, commands, e.Request)
	case socketmode.EventTypeEventsAPI:
		l.envelope(ctx, client, events, e.Request)
	}
}

// envelope acknowledges what came and has it done, in this order as far as Slack can
// tell. What cannot be read is acknowledged too: it will not be better the next time.
func (l *Listener) envelope(ctx context.Context, client *socketmode.Client, kind string, r *socketmode.Request) {
	if r == nil {
		return
	}
	v, err := l.read(kind, r.Payload)
	if err != nil {
		l.Log.Warn("Slack sent what cannot be read", "kind", kind, "error", err)
	} else if v != nil && !l.submit(v.account.String(), v.handle) {
		l.Log.Warn("too much comes from Slack at once; it is left for Slack to send again", "kind", kind)
		return
	}
	if err := client.AckCtx(ctx, r.EnvelopeID, nil); err != nil && ctx.Err() == nil {
		l.Log.Warn("Slack could not be acknowledged", "error", err)
	}
}
