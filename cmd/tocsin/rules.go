package main

import "github.com/spf13/cobra"

func newRules(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "What people voted of the rules' alerts, and rules narrowed by it",
		Args:  unknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRulesReport(e), newRulesTune(e))
	return cmd
}
