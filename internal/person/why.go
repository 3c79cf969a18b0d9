package person

// Why says why a value is set aside; the zero Why means that it is used (or that nothing was said).
type Why struct {
	Code   string // short and stable: "placeholder-date"
	Reason string // a sentence about the value without repeating it, so that it may be shown and logged
}

// SetAside ties the reason to the field and the value as sent.
func (w Why) SetAside(field, value string) SetAside {
	return SetAside{Field: field, Value: value, Reason: w.Reason, Code: w.Code}
}
