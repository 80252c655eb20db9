package demo_test

import (
	"io"
	"net/http"
	"strings"
)

// health is what the business system answers; empty when nobody does.
func health(address string) string {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + address + "/sundhed")
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(string(text))
}
