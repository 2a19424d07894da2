package slacktest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checker goes through blocks and collects what is wrong with them, in Slack's
// words where Slack's are known.
type checker struct {
	ids      map[string]bool // block IDs so far
	known    []string        // who may be mentioned
	text     int             // units of all texts so far
	problems []string
}

func (c *checker) report(pointer, format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+pointer+"]")
}

// keys reports fields that Slack does not know there.
func (c *checker) keys(o map[string]any, pointer string, known ...string) {
	for _, key := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(known, key) {
			c.report(pointer, "no more fields allowed: %s", key)
		}
	}
}

func (c *checker) block(b map[string]any, pointer string) {
	if id, ok := b["block_id"].(string); ok {
		if c.ids[id] {
			c.report(pointer+"/block_id", "block_id %q already exists", id)
		}
		c.ids[id] = true
		c.length(id, maxBlockID, pointer+"/block_id")
	}
	switch b["type"] {
	case "rich_text":
		c.keys(b, pointer, "type", "block_id", "elements")
		c.each(b, "elements", pointer, 0, c.richText)
	case "section":
		c.keys(b, pointer, "type", "block_id", "text", "expand")
		c.textObject(b["text"], pointer+"/text", maxTextField)
	case "context":
		c.keys(b, pointer, "type", "block_id", "elements")
		c.each(b, "elements", pointer, maxContext, func(o map[string]any, pointer string) {
			c.textObject(o, pointer, maxTextField)
		})
	case "header":
		c.keys(b, pointer, "type", "block_id", "text")
		if o, ok := b["text"].(map[string]any); ok && o["type"] != "plain_text" {
			c.report(pointer+"/text", "must be plain_text")
		}
		c.textObject(b["text"], pointer+"/text", maxHeader)
	case "actions":
		c.keys(b, pointer, "type", "block_id", "elements")
		c.each(b, "elements", pointer, maxActions, c.button)
	case "divider":
		c.keys(b, pointer, "type", "block_id")
	default:
		c.report(pointer, "unsupported type: %v", b["type"])
	}
}

// each calls check for every object of a list that must not be empty; limit 0 is
// none.
func (c *checker) each(o map[string]any, key, pointer string, limit int, check func(map[string]any, string)) {
	list, _ := o[key].([]any)
	pointer += "/" + key
	if len(list) == 0 {
		c.report(pointer, "must have at least 1 items")
	}
	if limit > 0 && len(list) > limit {
		c.report(pointer, "no more than %d items allowed", limit)
	}
	for i, item := range list {
		at := fmt.Sprintf("%s/%d", pointer, i)
		object, ok := item.(map[string]any)
		if !ok {
			c.report(at, "must be an object")
			continue
		}
		check(object, at)
	}
}

// length checks the length of a text that must not be empty.
func (c *checker) length(s string, limit int, pointer string) {
	if s == "" {
		c.report(pointer, "must be more than 0 characters")
	}
	if units(s) > limit {
		c.report(pointer, "must be less than %d characters", limit+1)
	}
}

// shown checks a text that people see.
func (c *checker) shown(value any, limit int, pointer string) string {
	s, ok := value.(string)
	if !ok {
		c.report(pointer, "must be a string")
		return ""
	}
	c.length(s, limit, pointer)
	c.text += units(s)
	if what := steering(s); what != "" {
		c.report(pointer, "%s", what)
	}
	return s
}

func (c *checker) textObject(value any, pointer string, limit int) {
	o, ok := value.(map[string]any)
	if !ok {
		c.report(pointer, "missing required field: text")
		return
	}
	text := c.shown(o["text"], limit, pointer+"/text")
	switch o["type"] {
	case "plain_text":
		c.keys(o, pointer, "type", "text", "emoji")
	case "mrkdwn":
		c.keys(o, pointer, "type", "text", "verbatim")
		if o["verbatim"] != true {
			c.report(pointer, "verbatim must be true, or names and addresses in feed text go live")
		}
		if what := unsafeMrkdwn(text); what != "" {
			c.report(pointer+"/text", "%s", what)
		}
	default:
		c.report(pointer, "unsupported type: %v", o["type"])
	}
}

// button checks an element of an actions block.
func (c *checker) button(o map[string]any, pointer string) {
	if o["type"] != "button" {
		c.report(pointer, "unsupported type: %v", o["type"])
		return
	}
	c.keys(o, pointer, "type", "text", "action_id", "value", "style", "url")
	if text, ok := o["text"].(map[string]any); ok && text["type"] != "plain_text" {
		c.report(pointer+"/text", "must be plain_text")
	}
	c.textObject(o["text"], pointer+"/text", maxButton)
	id, _ := o["action_id"].(string)
	c.length(id, maxBlockID, pointer+"/action_id")
	if value, given := o["value"].(string); given {
		c.length(value, maxButtonValue, pointer+"/value")
	}
}

// richText checks an element of a rich_text block.
func (c *checker) richText(o map[string]any, pointer string) {
	switch o["type"] {
	case "rich_text_section", "rich_text_quote":
		c.keys(o, pointer, "type", "elements")
		c.each(o, "elements", pointer, 0, c.richLeaf)
	default:
		c.report(pointer, "unsupported type: %v", o["type"])
	}
}

// richLeaf checks a piece of rich text.
func (c *checker) richLeaf(o map[string]any, pointer string) {
	switch o["type"] {
	case "text":
		c.keys(o, pointer, "type", "text", "style")
		c.shown(o["text"], maxTextField, pointer+"/text")
	case "link":
		c.keys(o, pointer, "type", "url", "text", "style")
		c.shown(o["text"], maxTextField, pointer+"/text")
		address, _ := o["url"].(string)
		if what := unsafeAddress(address); what != "" {
			c.report(pointer+"/url", "%s", what)
		}
	case "emoji":
		c.keys(o, pointer, "type", "name", "unicode")
		if name, _ := o["name"].(string); name == "" || strings.ContainsAny(name, ": \n") {
			c.report(pointer+"/name", "must be the name of an emoji")
		}
	case "broadcast":
		c.mention(o, "range", pointer)
	case "user":
		c.mention(o, "user_id", pointer)
	case "usergroup":
		c.mention(o, "usergroup_id", pointer)
	case "channel", "team":
		c.report(pointer, "a mention: %v", o["type"])
	default:
		c.report(pointer, "unsupported type: %v", o["type"])
	}
	c.style(o, pointer+"/style")
}

// mention checks that somebody is mentioned who may be.
func (c *checker) mention(o map[string]any, key, pointer string) {
	c.keys(o, pointer, "type", key, "style")
	if id, _ := o[key].(string); !slices.Contains(c.known, id) {
		c.report(pointer, "a mention: %v", id)
	}
}

func (c *checker) style(o map[string]any, pointer string) {
	value, given := o["style"]
	style, ok := value.(map[string]any)
	if given && !ok {
		c.report(pointer, "must be an object")
	}
	c.keys(style, pointer, "bold", "italic", "strike", "code")
}
