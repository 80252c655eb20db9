// Package internal holds no code: this comment is the map of the house. The
// tests beside it read the tables below and fail the build when the code breaks
// them, so the map cannot drift from what it describes (DESIGN 4). To change a
// rule, change its table and write a decision note in docs/decisions.
//
// # Floors
//
// A package imports only packages on lower floors, never one on its own floor
// and never one above. Words stand at the bottom, technologies above them, and
// the program on top. A package may stand here before its code does; no package
// may exist without standing here.
//
//	| floor | package              | one line                                                              | touches the world       |
//	| ----- | -------------------- | --------------------------------------------------------------------- | ----------------------- |
//	| 0     | templates            | embedded texts: plan starters, messages, documents, pages             | no                      |
//	| 0     | plans                | the sample municipality and the published schemas, embedded           | no                      |
//	| 0     | plan                 | what a plan file says: parse, validate, schema, hash, difference      | no                      |
//	| 0     | plan/strict          | strict YAML into Go values, each problem at its place                 | no                      |
//	| 0     | event                | what can happen to a run: the words that are kept for ever            | no                      |
//	| 0     | kept                 | what the register keeps: its rows, and how a list of them is narrowed | no                      |
//	| 0     | record               | the form of the small registers: a body, and what it is searched by   | no                      |
//	| 0     | matrix               | the roles, and the table of who may do what with what                 | no                      |
//	| 0     | address              | where passwords stand in an address: shown without, opened with       | no                      |
//	| 0     | tidy                 | texts from elsewhere made harmless: one line, nothing hidden, not too long | no                 |
//	| 0     | facsimile            | a message as its receiver sees it, read from what goes over the wire  | no                      |
//	| 0     | gsm                  | a text as one SMS takes it: the letters of telephones, and how many   | no                      |
//	| 0     | hamlet               | the smallest municipality whose drills a fault test can run, as text  | no                      |
//	| 1     | recovery             | the chain: dependency graph, planned and projected finish, simulation | no                      |
//	| 1     | drill                | a run as a state machine: events, times, verdict, findings            | no                      |
//	| 1     | schedule             | due, overdue, skipped and why: cron text, holidays, blackouts         | no                      |
//	| 1     | rights               | who may do what: persons, roles, deputies and the permission matrix    | no                      |
//	| 1     | phrase               | what documents say: sentences, dates, times, lengths, in one language | no                      |
//	| 1     | picture              | figures as SVG, each with a table that says the same                  | no                      |
//	| 2     | ledger               | the form of the trace: entries, their Merkle tree, signed checkpoints | no                      |
//	| 2     | approval             | what has been said of a plan version, and which one is in force       | no                      |
//	| 2     | duty                 | whose the acts on a run are: by the matrix, and by whom the plan names | no                     |
//	| 2     | followup             | actions, dispensations and evaluations: their rules and states        | no                      |
//	| 2     | yearly               | what becomes of the yearly report: frozen, approved, treated          | no                      |
//	| 2     | readiness            | how ready a system is, and every point of it explained                | no                      |
//	| 2     | timetable            | schedules as rows: which are wanted, when to look at each again       | no                      |
//	| 1     | ical                 | the text of a calendar, subscribed to or sent: RFC 5545, and nothing else | no                  |
//	| 2     | outbox               | what a message owed is: addressee, subject, expiry, answers wanted    | no                      |
//	| 2     | check                | rules C1-C12 and G1-G9 over plans, evidence and a date                | no                      |
//	| 3     | emergency            | a crisis as it is declared, staffed, logged, reported and stood down  | no                      |
//	| 3     | invited              | who was asked to come to which drill, and who must hear that it moved | no                     |
//	| 3     | door                 | the one door: an actor, an act, its entry, one transaction; the Store | through Store           |
//	| 4     | register             | runs, schedules and messages: every change and every question         | through door            |
//	| 4     | register/post        | the outbox: to whom, through which channel and when; what became of it | through door           |
//	| 4     | governance           | the acts of people: rights, approvals, follow-up, evidence            | through door            |
//	| 4     | dossier              | what people have said beside the plans, read as of a moment           | through door            |
//	| 4     | access               | how people come in: sign-in, sessions, confirm links, tokens          | through door            |
//	| 4     | halted               | which channels are shut, because the other side takes nothing more    | through door            |
//	| 4     | fault                | the named moments at which a test kills the process                   | this process            |
//	| 4     | disk                 | the disk under a folder: its kind, its room, its lock, what survives  | file systems            |
//	| 5     | store                | door.Store on SQLite and on PostgreSQL; migrations, backup            | database                |
//	| 5     | store/census         | counts in the register what operators watch                           | database                |
//	| 5     | store/sound          | looks for values that are not what was written                        | database                |
//	| 5     | store/tree           | the log's Merkle tree, kept in the transaction that appends to it     | database                |
//	| 5     | store/meaning        | what an error of a database means for a transaction                   | no                      |
//	| 5     | store/move           | a whole register from one database into another, and the proof of it  | database                |
//	| 5     | store/watched        | a connection to SQLite each of whose errors is seen                   | database                |
//	| 5     | store/pgtest         | a real PostgreSQL on loopback, for tests                              | processes               |
//	| 5     | action               | carries out an automatic step: probes, catalogue, supervisor          | systems under test      |
//	| 5     | action/supervisor    | the small child that carries out one command and outlives the server  | processes               |
//	| 5     | action/supervisor/landlock | lets a thread use no files but those that it was given          | processes               |
//	| 5     | action/supervisor/mask | hides known secrets in a stream, in the shapes in which tools print them | no                |
//	| 5     | action/supervisor/workdir | a folder for a command to work in, and the clearing of those left behind | file systems  |
//	| 5     | notify               | turns an owed notice into a message and delivers it                   | Slack, mail, Teams, SMS |
//	| 5     | report               | documents from figures: plan book, drill report, yearly report, SVG   | no                      |
//	| 5     | report/figures       | what reports are made from: frozen, and what is counted of it         | no                      |
//	| 5     | report/book          | what the compiled plan and its action cards say, chapter by chapter   | no                      |
//	| 5     | report/chain         | the alert chain in a report: each link, and what each channel brought | no                      |
//	| 5     | report/page          | a document before it has a form: page, Markdown, list                 | no                      |
//	| 5     | report/press         | a page as tagged PDF, through a browser that is on the machine        | processes               |
//	| 5     | resend               | a message that could not be delivered is owed once more, as an act    | through door            |
//	| 5     | vigil                | looks through the log for signs of misuse; tells of them once a day   | clock                   |
//	| 5     | ops                  | what operators watch: health, readiness and metrics                   | HTTP                    |
//	| 5     | proof                | what a fault test says: its size, its seed, its figure                | test files              |
//	| 5     | notary               | signs the log, keeps checkpoints elsewhere, holds the log against them | files                  |
//	| 5     | evidence             | files that show something, kept by the hash of their bytes            | files                   |
//	| 6     | archive              | the form of a backup: the register, the evidence, and the proof of both | files                 |
//	| 6     | afterrun             | evidence taken in and handed out, and the report as its approver reads it | files               |
//	| 6     | bundle               | the plan at hand when everything is down: folder, signed, encrypted   | files                   |
//	| 6     | relocation           | a whole register goes to another database, and never stands in two    | database                |
//	| 6     | preparedness         | how prepared the municipality is: readiness, and the figures of reports | through door           |
//	| 6     | runner               | time drives the register: due drills, automatic steps, deliveries     | clock, queue            |
//	| 6     | frame                | what every page stands on: who visits, what he may see, how it is answered | HTTP              |
//	| 6     | slack                | the municipality's Slack: what is posted there, and what people answer there | Slack                |
//	| 6     | gateway              | hands messages to Teams, to a gateway of SMS, to signed webhooks      | HTTP                    |
//	| 6     | slack/places         | where messages stand in Slack that change later                       | through door           |
//	| 6     | slack/seen           | what Slack delivers again, told from what it delivers first            | through door           |
//	| 7     | web                  | people drive the register: pages, API, sign-in                        | HTTP                    |
//	| 7     | web/sign             | signing in and out, and proving it again                              | HTTP                    |
//	| 7     | web/home             | the overview, what waits for whom, the search                         | HTTP                    |
//	| 7     | web/systems          | the systems, one system, a change to its plan, its review             | HTTP                    |
//	| 7     | web/drills           | drills, and the live page of a run                                    | HTTP                    |
//	| 7     | web/files            | files and pictures that show something of a run                       | HTTP                    |
//	| 7     | web/crisis           | the crisis board: what to recover first, the clocks, the log          | HTTP                    |
//	| 7     | web/confirm          | a step answered from a link, or by its short code                     | HTTP                    |
//	| 7     | web/calendar         | the year, the month and the list of what is planned                   | HTTP                    |
//	| 7     | web/follow           | findings, corrective actions and dispensations                        | HTTP                    |
//	| 7     | web/papers           | the yearly report and the governing documents                         | HTTP                    |
//	| 7     | web/people           | persons, their roles and deputies                                     | HTTP                    |
//	| 7     | web/trace            | the log, the messages and the settings                                | HTTP                    |
//	| 7     | web/api              | the same acts for programs, signals and calendars                     | HTTP                    |
//	| 7     | web/api/feed         | calendars to subscribe to: their secret addresses, and what stands in them | no                 |
//	| 7     | web/help             | help inside the program, and the accessibility statement              | HTTP                    |
//	| 7     | channels             | what the settings say of each channel, checked, and built into what sends | files                |
//	| 8     | app                  | settings to typed options; builds, starts and stops everything        | all                     |
//	| 9     | line                 | what a group of commands stands on: opens the program, says who acts, prints | terminal           |
//	| 9     | demo                 | a sample municipality in a folder, with a real system to restore      | all                     |
//	| 10     | torture/simulation   | three nodes through simulated weeks, on a store of its own            | no                      |
//	| 10     | torture/trace        | acts without entries, older copies, half upgrades, persons to forget  | processes               |
//	| 10     | torture/soak         | the whole program under load for long, with little to grow            | processes               |
//	| 10     | torture/crash        | kills, failing system calls and full disks against the whole program  | processes               |
//	| 10     | torture/powerloss/lossy | a file system that forgets what was not synced                     | file systems            |
//	| 10     | torture/powerloss    | power losses and damaged files against the whole program              | processes, file systems |
//	| 10     | torture/cluster      | three nodes and PostgreSQL in network namespaces of their own         | processes, networks     |
//	| 10     | torture/installed    | packages on a clean Debian; alarms, modules, modes and secrets        | processes, namespaces   |
//	| 10     | cmd/beredskab/inforce | a version of a plan comes into force: shown, confirmed, approved     | files                   |
//	| 10     | cmd/beredskab/view   | what programs read of runs and nodes                                  | no                      |
//	| 10     | cmd/beredskab/after  | the commands about what follows a run: evaluation, evidence, the next draft | terminal, files   |
//	| 10     | cmd/beredskab/attest | the commands that sign the log, prove it, and hand it to auditors      | terminal, files         |
//	| 10     | cmd/beredskab/dossier | the commands about documents, receipts, contacts, training and misuse | terminal                |
//	| 10     | cmd/beredskab/folder | what commands say about a folder of plan files                        | files                   |
//	| 10     | cmd/beredskab/follow | the commands about findings, corrective actions and dispensations     | terminal                |
//	| 10     | cmd/beredskab/notices | the commands about messages: outbox, preview, tests, channels        | terminal                |
//	| 10     | cmd/beredskab/offline | the copy of the plans: made, checked, shown, opened; times from paper | files, HTTP            |
//	| 10     | cmd/beredskab/papers | the commands that make documents, and the yearly report's way         | terminal, files         |
//	| 10     | cmd/beredskab/people | the commands about persons and their roles, and who may do what       | terminal                |
//	| 10     | cmd/beredskab/site   | the installation: plan repository, starters, doctor                   | files                   |
//	| 10     | cmd/beredskab-verify | a second program that checks an export, on the standard library alone | terminal                |
//	| 10     | cmd/beredskab        | words on the command line to calls, text, JSON and an exit code       | terminal                |
//
// A package in a folder below another is a part of it: it stands on the same
// floor, and nobody else may import it. When it holds generated files only it
// needs no row. Tests may import from any floor: above the pure floors they work
// on the real SQLite.
//
// # Shut doors
//
// Some packages stand on a lower floor and are still out of reach.
//
//	| package       | never imports              | because                                                    |
//	| ------------- | -------------------------- | ---------------------------------------------------------- |
//	| runner        | store                      | every write goes through register, the one door (DESIGN 4) |
//	| web           | store, action, notify      | a page asks register and holds no rule of its own          |
//	| cmd/beredskab | store, notify, runner, web | app builds the program, a command only calls it            |
//
// # Pure floors
//
// Floors 0 to 4 decide and never look: files come in as fs.FS, time as a value.
// A name is an import path with all that lies under it, or one function.
// A package whose row says that it touches the world may do so on floor 4 only:
// no pure package can import it there.
//
//	| name           | floors | instead                                   |
//	| -------------- | ------ | ----------------------------------------- |
//	| database/sql   | 0-4    | declare what is wanted, as door.Store     |
//	| log            | 0-4    | return the fact, and let app log it       |
//	| net/http       | 0-4    | belongs to web, action or notify          |
//	| os             | 0-4    | files come in as fs.FS                    |
//	| syscall        | 0-4    | belongs to action or store                |
//	| time.Now       | 0-4    | time comes in as a value                  |
//	| time.Since     | 0-4    | time comes in as a value                  |
//	| time.Until     | 0-4    | time comes in as a value                  |
//	| time.After     | 0-4    | waiting belongs to runner                 |
//	| time.AfterFunc | 0-4    | waiting belongs to runner                 |
//	| time.NewTicker | 0-4    | waiting belongs to runner                 |
//	| time.NewTimer  | 0-4    | waiting belongs to runner                 |
//	| time.Sleep     | 0-4    | waiting belongs to runner                 |
//	| time.Tick      | 0-4    | waiting belongs to runner                 |
//
// # Shared libraries
//
// A library from outside is imported by exactly one package, so that replacing
// it is the work of one package. These may be imported by the packages named.
//
//	| library                     | packages                              | because                                                       |
//	| --------------------------- | ------------------------------------- | ------------------------------------------------------------- |
//	| github.com/jackc/pgx/v5     | store, store/meaning                  | the database's own batches and errors                         |
//	| github.com/mattn/go-sqlite3 | store, store/meaning, store/watched   | the database's own errors                                     |
//	| github.com/spf13/cobra      | cmd/beredskab, cmd/beredskab/after, cmd/beredskab/attest, cmd/beredskab/dossier, cmd/beredskab/follow, cmd/beredskab/inforce, cmd/beredskab/notices, cmd/beredskab/offline, cmd/beredskab/papers, cmd/beredskab/people, line | the command line: some groups of commands have a package of their own |
//	| golang.org/x/sys            | action/supervisor, action/supervisor/landlock, app, disk | the operating system: process fences, file systems, clocks    |
//
// # Names
//
// A name that says nothing becomes a sink for everything.
//
//	| name    | instead                                  |
//	| ------- | ---------------------------------------- |
//	| common  | the noun that the code is about          |
//	| errors  | the error stands beside what it is about |
//	| global  | pass the value                           |
//	| helpers | the noun that the code is about          |
//	| models  | the noun that the code is about          |
//	| types   | the noun that the code is about          |
//	| util    | the noun that the code is about          |
//
// The only package-level variables are sentinel errors and embedded files, and
// no package has an init function: what a package needs, it is handed.
//
// # Budgets
//
// Nobody is undone by the median; it is the tail that ruins a code base. A
// package over its budget is split downwards, never sideways. Generated code is
// not counted, and a package's lines and names are counted without its tests.
//
//	| budget                   | aim  | limit |
//	| ------------------------ | ---- | ----- |
//	| lines a file             | 120  | 400   |
//	| lines a test file        | 120  | 600   |
//	| lines a function         | 12   | 60    |
//	| exported names a package | 15   | 45    |
//	| lines a package          | 1500 | 2500  |
//
// Every package, the command included, has a package comment.
package internal
