package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"tocsin/rules/yamlfile"
)

// The words of the commands: lower case, no full stop; stderr is for people,
// stdout for data; and where something is wrong, what to type next.

// env is what commands take from the process.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	config         string // --config; "" looks in the usual places
}

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "tocsin",
		Short: "Watches news feeds and rings in Slack when something that matters happens",
		Long: `Tocsin polls news feeds, scores every new article against rules that you write
in YAML, groups what tells the same story, and posts one message a story.

Begin with: tocsin demo`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().StringVar(&e.config, "config", "", "configuration `file` (default ./tocsin.yaml, else /etc/tocsin/tocsin.yaml, else the starter pack)")
	root.SetFlagErrorFunc(flagError)
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if cmd.Flags().Changed("config") && e.config == "" {
			return usage("--config names no file")
		}
		return nil
	}
	root.SetHelpCommand(newHelp())
	root.AddCommand(
		newDemo(e), newInit(e), newRun(e), newOnce(e), newCheck(e), newTest(e), newScore(e), newEval(e),
		newWhy(e), newRoute(e), newAlerts(e), newMute(e), newUnmute(e), newDrill(e), newBacktest(e), newLearn(e), newRules(e), newFeeds(e),
		newDoctor(e), newBackup(e), newSchema(e), newVersion(e),
	)
	addExitCodes(root)
	return root
}

// addExitCodes ends the help of every command with them.
func addExitCodes(parent *cobra.Command) {
	for _, c := range parent.Commands() {
		c.Long = strings.TrimSpace(c.Long+"\n\n"+exitCodes) + "\n"
		addExitCodes(c)
	}
}

// newHelp is the help command, which knows what is no command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			switch {
			case err != nil || about == cmd.Root() && len(rest) > 0:
				return unknownCommand(cmd.Root(), args)
			case len(rest) > 0:
				return usage("%s has no command %q (see tocsin help %s)", about.CommandPath(), rest[0], about.Name())
			}
			return about.Help()
		},
	}
}

// unknownCommand refuses a word that is no command, with the nearest one.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	hint := yamlfile.DidYouMean(args[0], names)
	if hint == "" {
		hint = "see tocsin help"
	}
	return usage("there is no command %q (%s)", args[0], hint)
}

// inGo is what the parser says of a wrong value in the words of Go.
var inGo = regexp.MustCompile(`: strconv\.\w+: parsing ".*": `)

// flagError adds the nearest right flag to the parser's complaint.
func flagError(cmd *cobra.Command, err error) error {
	text := err.Error()
	if name, ok := strings.CutPrefix(text, "unknown flag: --"); ok {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := yamlfile.Nearest(name, names); near != "" {
			return usage("%s has no flag --%s (did you mean --%s?)", cmd.CommandPath(), name, near)
		}
		return usage("%s has no flag --%s (see %s --help)", cmd.CommandPath(), name, cmd.CommandPath())
	}
	return usage("%s (see %s --help)", inGo.ReplaceAllString(text, ": "), cmd.CommandPath())
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no arguments, and %q is one", cmd.CommandPath(), args[0])
	}
	return nil
}

// isTerminal reports whether w is a terminal.
func isTerminal(w io.Writer) bool {
	if g, ok := w.(*gate); ok {
		w = g.w
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// printf writes words for people.
func (e *env) printf(format string, args ...any) {
	fmt.Fprintf(e.stderr, format+"\n", args...)
}
