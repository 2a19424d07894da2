package main

import "github.com/spf13/cobra"

func newFeeds(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feeds",
		Short: "What feeds are and hold",
		Args:  unknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFeedsParse(e))
	return cmd
}
