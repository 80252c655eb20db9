package slack

import (
	"context"
	"errors"
	"fmt"

	"beredskab/internal/access"
	"beredskab/internal/door"
	"beredskab/internal/notify"
	"beredskab/internal/rights"

	"github.com/slack-go/slack"
)

// chatNode is in whose name the program offers accounts to people.
const chatNode = "slack"

// recognise finds whose account it is. Membership of a workspace or a channel says
// nothing: only a person who has signed in here and said that the account is his, or
// whom an administrator gave it, is known.
func (v *visit) recognise(ctx context.Context) (known bool, err error) {
	v.book, err = door.Read(ctx, v.Door, func(tx door.Tx) (*rights.Book, error) { return door.Book(ctx, tx) })
	if err != nil {
		return false, err
	}
	v.person, err = v.book.Who(v.account, v.now)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, rights.ErrNobodys):
		return false, v.introduce(ctx)
	case errors.Is(err, rights.ErrNotAllowed):
		v.say(ctx, v.texts.Say("slack.person.disabled"))
		return false, nil
	}
	return false, err
}

// introduce shows somebody whom nobody knows yet how to say who he is: a link that he
// follows and signs in by, where his address in Slack is that of one person here.
func (v *visit) introduce(ctx context.Context) error {
	user, err := v.api.GetUserInfoContext(ctx, v.account.Subject)
	if err != nil {
		return fmt.Errorf("asking Slack who %s is: %s", v.account.Subject, notify.JudgeError(err).Detail)
	}
	if texts, have := v.Listener.texts[language(user.Locale)]; have {
		v.texts = texts
	}
	unknown := v.texts.Say("slack.person.unknown", code(v.account.String()))
	if v.Origin == "" || user.IsBot || user.Deleted {
		v.say(ctx, unknown)
		return nil
	}
	token, err := v.Gate.OfferAccount(ctx, door.System(chatNode), v.account, called(user), user.Profile.Email)
	if errors.Is(err, access.ErrNoOffer) {
		v.say(ctx, unknown)
		return nil
	} else if err != nil {
		return err
	}
	v.say(ctx, v.texts.Say("slack.person.tie"), v.buttons("", link("open", v.texts.Say("slack.person.tie.go"), v.page("/me/slack/"+token), true)))
	return nil
}

// called is the name by which somebody goes in Slack.
func called(u *slack.User) string {
	for _, name := range []string{u.Profile.RealName, u.RealName, u.Profile.DisplayName, u.Name} {
		if name != "" {
			return name
		}
	}
	return u.ID
}

// language is that of a locale such as da-DK.
func language(locale string) string { return locale[:min(len(locale), 2)] }
