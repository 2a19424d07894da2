package main

import "github.com/spf13/cobra"

func newFeeds(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feeds",
		Short: "The health of feeds; check, find, import, export and read them",
		Args:  unknownCommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newFeedsList(e), newFeedsCheck(e), newFeedsDiscover(e), newFeedsImport(e), newFeedsExport(e), newFeedsParse(e))
	return cmd
}
