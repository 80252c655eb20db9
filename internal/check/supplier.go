package check

import (
	"fmt"

	"beredskab/internal/plan"
)

// supplierInTime is C11: where recovery cannot finish without the supplier, the
// longest wait for the support window and the agreed time fit the rto.
func (r *run) supplierInTime(code string) {
	windows := map[string]window{}
	for _, p := range r.sorted {
		for i := range p.Suppliers {
			s := &p.Suppliers[i]
			if s.NeededFor == "support" {
				continue
			}
			w, ok := windows[s.SupportWindow]
			if !ok {
				w = parseWindow(s.SupportWindow)
				windows[s.SupportWindow] = w
			}
			r.judgeSupplier(p, s, w, code, fmt.Sprintf("suppliers[%d]", i))
		}
	}
}

// judgeSupplier counts the wait, then the restore time, which suppliers count
// from the call, or the response when that is all that is agreed.
func (r *run) judgeSupplier(p *plan.Plan, s *plan.Supplier, w window, code, path string) {
	rto, agreed := p.Objectives.RTO.Minutes(), max(s.Response.Minutes(), s.RestoreSLA.Minutes())
	f := Finding{
		Code: code, Subject: s.Name, Severity: Warning, State: Breached, Value: w.wait + agreed, Limit: rto,
		Hint: fmt.Sprintf("agree emergency support around the clock, or make recovery possible without %s (needed_for: support), or a dispensation", s.Name),
	}
	switch {
	case rto <= 0:
		return
	case agreed > rto:
		f.Value = agreed
		f.Message = fmt.Sprintf("recovery needs %s, who has agreed %s; the rto is %s", s.Name, span(agreed), span(rto))
	case !w.known:
		f.State, f.Severity, f.Value = Unknown, Info, None
		f.Message = fmt.Sprintf("recovery needs %s, but the support window %q says nothing that can be reckoned with", s.Name, s.SupportWindow)
		f.Hint = `write "24/7", or days and hours such as "hverdage 8-16"; or needed_for: support when recovery does not need the supplier`
	case w.wait+agreed > rto:
		f.Message = fmt.Sprintf("recovery needs %s, who answers %q: after a loss at %s the next answer is %s away, and with %s agreed that is %s over the rto of %s, which counts on a Saturday night too",
			s.Name, s.SupportWindow, w.closes(), span(w.wait), span(agreed), span(w.wait+agreed-rto), span(rto))
	default:
		return
	}
	r.add(p, path+".support_window", f)
}
