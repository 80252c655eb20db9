package slack

import (
	"encoding/json"
	"strings"
)

// scopes are what the bot may do: everything that this package asks of Slack, and
// nothing else.
func scopes() []string {
	return []string{"chat:write", "im:write", "users:read", "users:read.email", "commands"}
}

// Manifest is the app as Slack is told to make it, in JSON. With an origin, where people
// reach the pages over HTTPS, Slack sends over HTTP; without one the program opens a
// socket, so that nothing has to reach it from outside.
func Manifest(name, origin string) ([]byte, error) {
	socket := origin == ""
	interactivity, command, events := object{"is_enabled": true}, object{
		"command": "/beredskab", "description": "Hvad venter, hvad kører, hvad er det næste", "usage_hint": "status · mine · drills · help", "should_escape": false,
	}, object{"bot_events": []string{"app_home_opened"}}
	if !socket {
		at := strings.TrimSuffix(origin, "/") + "/slack/"
		interactivity["request_url"], command["url"], events["request_url"] = at+"interactivity", at+"commands", at+"events"
	}
	return json.MarshalIndent(object{
		"display_information": object{"name": name, "description": "Beredskab: øvelser og hændelser, og svar på dem"},
		"features": object{
			"app_home":       object{"home_tab_enabled": true, "messages_tab_enabled": true, "messages_tab_read_only_enabled": true},
			"bot_user":       object{"display_name": name, "always_online": true},
			"slash_commands": []object{command},
		},
		"oauth_config": object{"scopes": object{"bot": scopes()}},
		"settings": object{
			"interactivity": interactivity, "event_subscriptions": events,
			"org_deploy_enabled": false, "socket_mode_enabled": socket, "token_rotation_enabled": false,
		},
	}, "", "  ")
}

type object map[string]any
