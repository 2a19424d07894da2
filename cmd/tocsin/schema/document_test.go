package schema_test

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// document reads a YAML file as an editor does before it looks at the schema:
// scalars after the core schema of YAML 1.2, in which 1984 is a number, true a
// bool, and 2027-03-01 and off are strings. The empty file is null.
func document(data []byte) (any, error) {
	var doc yaml.Node
	err := yaml.Load(data, &doc)
	switch {
	case err != nil && strings.Contains(err.Error(), "no documents in stream"):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return value(doc.Content[0], 0)
}

func value(n *yaml.Node, depth int) (any, error) {
	if depth > 100 {
		return nil, errors.New("too deep, or part of itself")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return value(n.Alias, depth+1)
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := value(c, depth+1)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case yaml.MappingNode:
		block := make(map[string]any)
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := value(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			block[n.Content[i].Value] = v
		}
		return block, nil
	}
	return scalar(n), nil
}

var (
	null    = regexp.MustCompile(`^(~|null|Null|NULL|)$`)
	boolean = regexp.MustCompile(`^(true|True|TRUE|false|False|FALSE)$`)
	number  = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)
	// What JSON has no number for is a number all the same: 0o17, 0x1F, .inf, .nan.
	otherNumber = regexp.MustCompile(`^(0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$`)
)

func scalar(n *yaml.Node) any {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	switch text := n.Value; {
	case n.Style&quoted != 0:
		return text
	case null.MatchString(text):
		return nil
	case boolean.MatchString(text):
		return text[0]|0x20 == 't'
	case number.MatchString(text):
		return json.Number(plain(text))
	case otherNumber.MatchString(text):
		return json.Number("0.5")
	default:
		return text
	}
}

// unusual is what YAML permits in a number and JSON does not: a plus, zeros in
// front, a point without digits on both sides.
var unusual = regexp.MustCompile(`^([-+]?)0*([0-9]*)(\.?)([0-9]*)(.*)$`)

// plain writes a number of YAML as one of JSON.
func plain(text string) string {
	m := unusual.FindStringSubmatch(text)
	sign, whole, fraction, exponent := "", "0", "", m[5]
	if m[1] == "-" {
		sign = "-"
	}
	if m[2] != "" {
		whole = m[2]
	}
	if m[4] != "" {
		fraction = "." + m[4]
	}
	return sign + whole + fraction + exponent
}
