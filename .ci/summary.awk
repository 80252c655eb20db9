# Reads the events of go test -json, one object a line, and prints what a person
# wants to know. The last line is "N passed, N failed". Tests are counted with
# their subtests; a package that fails to build or dies counts as one failure.

function field(name,    start, rest) {
	start = index($0, "\"" name "\":\"")
	if (!start) return ""
	rest = substr($0, start + length(name) + 4)
	if (!match(rest, /^([^"\\]|\\.)*/)) return ""
	return text(substr(rest, 1, RLENGTH))
}

function text(s) {
	gsub(/\\\\/, "\001", s)
	gsub(/\\n/, "\n", s)
	gsub(/\\t/, "\t", s)
	gsub(/\\r/, "", s)
	gsub(/\\"/, "\"", s)
	gsub(/\\u003c/, "<", s)
	gsub(/\\u003e/, ">", s)
	gsub(/\\u0026/, "\\&", s)
	gsub(/\\u001b/, "", s)
	gsub(/\001/, "\\", s)
	return s
}

# A line that is no event is a message of the tool itself.
!/^\{/ { print; next }

{
	action = field("Action")
	package = field("Package")
	test = field("Test")
	key = package SUBSEP test
}

action == "build-output" { printf "%s", field("Output"); next }

# What a fault test found is told at once (internal/proof).
action == "output" && /"Output":"[RSAF][0-9]+ .*: [0-9]+ .* passed, [0-9]+ failed/ { printf "      %s", field("Output"); next }

# A test that fails in a loop can say millions of lines: the first 200 are kept,
# the rest stands in the log.
action == "output" {
	lines[key]++
	if (lines[key] <= 200) said[key] = said[key] field("Output")
	if (lines[key] == 201) said[key] = said[key] "… more in .cache/test.json\n"
	next
}

test != "" && action == "pass" { passed++; delete said[key]; next }

test != "" && action == "fail" {
	failed++
	failures[package]++
	printf "FAIL  %s %s\n%s", package, test, said[key]
	delete said[key]
	next
}

test != "" && action == "skip" {
	skipped++
	reason[skipped] = package " " test "\n" said[key]
	delete said[key]
	next
}

test == "" && action == "pass" {
	printf "ok    %s  %ss\n", package, seconds()
	next
}

test == "" && action == "fail" {
	if (!failures[package]) {
		failed++
		for (k in said)
			if (index(k, package SUBSEP) == 1) printf "%s", said[k]
	}
	printf "FAIL  %s  %ss\n", package, seconds()
	next
}

function seconds() {
	return match($0, /"Elapsed":[0-9.]+/) ? substr($0, RSTART + 10, RLENGTH - 10) : "0"
}

END {
	for (i = 1; i <= skipped; i++) printf "SKIP  %s", reason[i]
	if (skipped && ci != "") {
		printf "a skipped test is a failure here: %d skipped\n", skipped
		failed += skipped
	}
	printf "%d passed, %d failed\n", passed, failed
	exit (failed || !passed) ? 1 : 0
}
