// Package internal is the map of a small sound house. Each folder beside it
// plants one break into it.
//
// # Floors
//
//	| floor | package  |
//	| ----- | -------- |
//	| 0     | texts    |
//	| 0     | word     |
//	| 1     | rule     |
//	| 1     | sign     |
//	| 1     | pulse    | control | this process |
//	| 2     | keep     |
//	| 2     | keep/shelf |
//	| 3     | page     |
//	| 4     | cmd/tool |
//	| 4     | util     |
//
// # Shut doors
//
//	| package | never imports | because |
//	| ------- | ------------- | ------- |
//	| page    | keep, sign    | control |
//
// # Pure floors
//
//	| name     | floors | instead                  |
//	| -------- | ------ | ------------------------ |
//	| os       | 0-1    | files come in as fs.FS   |
//	| time.Now | 0-1    | time comes in as a value |
//
// # Shared libraries
//
//	| library           | packages   | because |
//	| ----------------- | ---------- | ------- |
//	| example.com/queue | keep, page | control |
//
// # Names
//
//	| name | instead                         |
//	| ---- | ------------------------------- |
//	| util | the noun that the code is about |
//
// # Budgets
//
//	| budget                   | aim | limit |
//	| ------------------------ | --- | ----- |
//	| lines a file             | 10  | 60    |
//	| lines a test file        | 10  | 70    |
//	| lines a function         | 4   | 8     |
//	| exported names a package | 2   | 4     |
//	| lines a package          | 20  | 80    |
package internal
