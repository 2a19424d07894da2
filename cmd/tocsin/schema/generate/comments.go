package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// readComments adds the comments of a package's types, as package.Type, and of
// their fields, as package.Type.Field, each as one paragraph.
func readComments(dir string, into map[string]string) error {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("no Go files in %s", dir)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if types, ok := decl.(*ast.GenDecl); ok && types.Tok == token.TYPE {
				typeComments(file.Name.Name, types, into)
			}
		}
	}
	return nil
}

func typeComments(pkg string, types *ast.GenDecl, into map[string]string) {
	for _, spec := range types.Specs {
		t := spec.(*ast.TypeSpec)
		name := pkg + "." + t.Name.Name
		into[name] = paragraph(types.Doc)
		if s, ok := t.Type.(*ast.StructType); ok {
			for _, f := range s.Fields.List {
				for _, n := range f.Names {
					into[name+"."+n.Name] = paragraph(f.Doc)
				}
			}
		}
	}
}

func paragraph(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
