// Package register is the operational plan register: every change and every
// question. Each change is one method whose first arguments are the context and
// the Actor; it asks for permission, writes its log entry and its outbox rows,
// and commits, in one transaction (DESIGN 2.7, 4). It decides; the Store keeps.
package register
