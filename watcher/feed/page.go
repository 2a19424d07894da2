package feed

import "bytes"

// endLink closes a link before the next tag. The source of a page has no end tags
// of links, for in HTML these hold nothing.
func (c *cleaner) endLink() {
	if last := len(c.open) - 1; c.page && c.open[last].local == "link" {
		c.pop(last)
	}
}

// dropped reads what else would be dropped: in the source of a page a CDATA
// section is a comment.
func (c *cleaner) dropped(t token) {
	content, ok := bytes.CutPrefix(t.raw, []byte("<!--[CDATA["))
	if c.page && ok {
		content = bytes.TrimSuffix(bytes.TrimSuffix(content, []byte("-->")), []byte("]]"))
		c.cdata(token{raw: bytes.ReplaceAll(content, []byte("]]>"), nil)})
	}
}
