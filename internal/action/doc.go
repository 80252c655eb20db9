// Package action carries out one attempt of one automatic step.
//
// An action is either a built-in probe (http, tcp, tls, dns, file, sql, wait), which looks and changes nothing, or an entry of the
// administrator's catalogue, which is a command. No plan carries a command (DESIGN 3): a plan names an action and gives
// typed values, and nothing here reads a command line, a shell or a template from plan text. Targets of probes stand on an
// allow-list, and the address is judged when the connection is made (S12).
//
// How a command is fenced, survives the server and leaves nothing behind is the matter of package supervisor below.
package action
