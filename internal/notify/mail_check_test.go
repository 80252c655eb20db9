package notify

import (
	"strings"
	"testing"
	"time"
)

// checked looks at a relay, and gives what was found by what it is about.
func checked(t *testing.T, r *relay, change func(*MailOptions)) map[string]Check {
	t.Helper()
	server, client := certificate(t)
	if r.secure != nil {
		r.secure = server
	}
	newRelay(t, r)
	o := mailOptions(r)
	o.TLSConfig = client
	change(&o)
	s, err := NewMail(o)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Check{}
	for _, c := range s.(Checker).Check(t.Context()) {
		if found[c.What] = c; !c.OK && c.Next == "" {
			t.Errorf("%s: nobody is told what to do", c.What)
		}
		if strings.Contains(c.Detail+c.Next, "correct horse") {
			t.Errorf("%s tells the password", c.What)
		}
	}
	if mails, _ := r.got(); len(mails) > 0 {
		t.Errorf("looking sent %d mails", len(mails))
	}
	return found
}

const (
	answering = "the mail relay answers"
	protected = "the way to the relay is protected"
	signIn    = "the relay accepts the sign-in"
	trusted   = "the relay's certificate is trusted"
	takes     = "the relay takes mails from beredskab@kommune.example"
	reached   = "answers reach it-vagt@kommune.example"
)

func TestMailCheck(t *testing.T) {
	server, _ := certificate(t)
	safe := func(o *MailOptions) {
		o.TLS, o.User, o.Password = MailSTARTTLS, "beredskab", "correct horse"
	}
	for name, c := range map[string]struct {
		relay   *relay
		change  func(*MailOptions)
		well    string // what must be OK, and what must not
		wrong   string
		details string
	}{
		"all is well":        {&relay{secure: server}, safe, answering + "|" + protected + "|" + signIn + "|" + takes + "|" + reached, "", "TLS 1.3"},
		"from the first":     {&relay{secure: server, wrapped: true}, func(o *MailOptions) { o.TLS = MailFullTLS }, answering + "|" + protected + "|" + takes + "|" + reached, "", "certificate is good for"},
		"wrong password":     {&relay{secure: server, auth: "535 no"}, safe, "", signIn, "535"},
		"TLS withheld":       {&relay{}, safe, "", protected, ""},
		"not trusted":        {&relay{secure: server}, func(o *MailOptions) { safe(o); o.TLSConfig.RootCAs, o.TLSConfig.ServerName = nil, "127.0.0.1" }, "", trusted, ""},
		"sender not allowed": {&relay{secure: server, sender: "553 not yours"}, safe, answering + "|" + protected + "|" + signIn, takes, "553"},
		"nobody there":       {&relay{secure: server, rcpt: "550 unknown"}, safe, takes, reached, "550"},
		"old certificate": {&relay{secure: server}, func(o *MailOptions) {
			safe(o)
			o.Now = func() time.Time { return time.Date(2084, 1, 20, 0, 0, 0, 0, time.UTC) }
		}, answering, protected, "days"},
		"on this machine": {&relay{}, func(*MailOptions) {}, answering + "|" + protected + "|" + takes + "|" + reached, "", ""},
		"nobody listens":  {&relay{}, func(o *MailOptions) { o.Port = 1 }, "", answering, "127.0.0.1:1"},
		"silent":          {&relay{silent: "EHLO"}, func(o *MailOptions) { o.Timeout = patience }, "", answering, "time limit"},
	} {
		t.Run(name, func(t *testing.T) {
			found := checked(t, c.relay, c.change)
			all := ""
			for what, one := range found {
				all += what + ": " + one.Detail + "\n"
				if !one.OK && what != c.wrong {
					t.Errorf("%s is not well: %s", what, one.Detail)
				}
			}
			for _, what := range strings.Split(c.well, "|") {
				if c.well != "" && !found[what].OK {
					t.Errorf("%s is not well: %+v", what, found[what])
				}
			}
			if one, there := found[c.wrong]; c.wrong != "" && (!there || one.OK) {
				t.Errorf("%s is not found out: %s", c.wrong, all)
			}
			if !strings.Contains(all, c.details) {
				t.Errorf("%q is not said: %s", c.details, all)
			}
		})
	}
}
