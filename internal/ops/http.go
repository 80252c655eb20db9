package ops

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Handler answers /healthz, /readyz and /metrics, to GET and HEAD.
func (w *Watch) Handler() http.Handler {
	figures := prometheus.NewRegistry()
	figures.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	figures.MustRegister(w.Meter.took, w.Meter.failures, collector{w})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(out http.ResponseWriter, in *http.Request) { answer(out, in, w.loops(time.Now())) })
	mux.HandleFunc("GET /readyz", func(out http.ResponseWriter, in *http.Request) { answer(out, in, w.look(in.Context()).trouble) })
	mux.Handle("GET /metrics", promhttp.HandlerFor(figures, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
	mux.HandleFunc("GET /{$}", func(out http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(out, "beredskab: /healthz /readyz /metrics\n") // whoever asked may be gone
	})
	return mux
}

// answer says what is wrong: 503 when something stops the work, with the next
// step of each; as JSON when that is asked for.
func answer(out http.ResponseWriter, in *http.Request, list []Trouble) {
	status, word := http.StatusOK, "ok"
	if len(list) > 0 && !list[0].Minor {
		status, word = http.StatusServiceUnavailable, "not ok"
	}
	out.Header().Set("Cache-Control", "no-store")
	out.Header().Set("X-Content-Type-Options", "nosniff")
	if strings.Contains(in.Header.Get("Accept"), "application/json") || in.URL.Query().Get("format") == "json" {
		out.Header().Set("Content-Type", "application/json")
		out.WriteHeader(status)
		_ = json.NewEncoder(out).Encode(map[string]any{"schema": "beredskab.ready.v1", "status": word, "trouble": append([]Trouble{}, list...)})
		return
	}
	out.Header().Set("Content-Type", "text/plain; charset=utf-8")
	out.WriteHeader(status)
	_, _ = io.WriteString(out, Text(word, list))
}

// Text is one line for each trouble and its next step below.
func Text(word string, list []Trouble) string {
	var text strings.Builder
	fmt.Fprintln(&text, word)
	for _, t := range list {
		name := t.Name
		if t.Minor {
			name = "note: " + name
		}
		fmt.Fprintf(&text, "%s: %s\n", name, t.Text)
		if t.Next != "" {
			fmt.Fprintf(&text, "  next: %s\n", t.Next)
		}
	}
	return text.String()
}
