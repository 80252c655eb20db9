package plan

import (
	"testing"
	"testing/fstest"
)

func TestSmoke(t *testing.T) {
	src := []byte(`# yaml-language-server: $schema=schema/plan.schema.json
schema: 1
id: omsorg
name: Omsorgssystem/EOJ (hostet)
plan_version: 3
governing_policy: {id: it-sikkerhedspolitik, version: "5.1"}
owner: {role: systemejer, unit: Sundhed og Omsorg, mailbox: sundhed-omsorg@eksempelkommune.dk, deputy: vicechef-omsorg@eksempelkommune.dk}
criticality: samfundskritisk
recovery_class: 1
hosting: ekstern
objectives:
  mtpd: 24h
  rto: 8 timer
  wrt: 4h
depends_on:
  - {id: netvaerk-kern, kind: drift}
recovery:
  steps:
    - {id: s1, title: Afklar driftstatus, team: fagsystemr, minutes: 10}
    - {id: s2, title: Kontrollér, team: fagsystemer, estimate: 20m, after: [s1, s9]}
    - {id: s3, title: x, confirm: {by: systemejr, question: ok?}}
`)
	_, ps := NewReader().Load(fstest.MapFS{"omsorg.yaml": {Data: src}, "netvaerk-kerne.yaml": {Data: []byte("a: [")}, "organisation.yaml": {Data: []byte("schema: 1\norganisation: E\nteams: [{id: fagsystemer, capacity: 2}]\ncadence: []\n")}})
	t.Log("\n" + ps.Error())
}
