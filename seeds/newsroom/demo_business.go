package newsroom

// demoBusiness returns the wires, a business daily and a paper on regulation.
func demoBusiness() []Feed {
	return []Feed{
		{
			Name: "harbour-wire", Title: "Harbour Wire", Format: RSS, Tags: []string{"wire"},
			Articles: []Article{
				{
					After:   ago(6),
					Title:   "UK's CMA opens merger inquiry into Microsoft's stake in Mistral AI",
					Summary: "The Competition and Markets Authority asked rivals for comments until the end of the month.",
					Body:    "The regulator said it would look at whether the stake, and the cloud contract that came with it, amount to a merger under British law.\n\nA decision on a deeper investigation is due within forty working days.",
					Author:  "Ines Halloran",
				},
				{After: ago(19), Title: "Ports reopen after three-day storm along the northern coast", Author: "Piet Osei"},
				{After: ago(41), Title: "Bakery chain raises its outlook as wheat prices fall", Summary: "Shares rose 4 percent in early trading."},
				{After: ago(75), Title: "Central bank holds rates, sees slower growth next year"},
				{
					After:   at(4),
					Title:   "Anthropic signs five-year deal to run Claude on Oracle's cloud",
					Summary: "The lab adds a third cloud supplier beside Amazon and Google.",
					Body:    "Anthropic will rent capacity in three of Oracle's data centres from the spring, the companies said.\n\nAmazon remains its main training partner.",
					Author:  "Ines Halloran",
				},
				{After: at(32), Title: "Rail unions and operators agree on pay, strike is off", Author: "Piet Osei"},
			},
		},
		{
			Name: "ledger-and-line", Title: "Ledger & Line", Format: RSS, Tags: []string{"wire"},
			Articles: []Article{
				{
					After:   ago(9),
					Title:   "OpenAI and Microsoft loosen exclusive cloud terms, documents show",
					Summary: "Azure keeps a right of first refusal until 2030.",
					Body:    "Under the amended contract OpenAI may buy capacity elsewhere when Azure declines an order within ten days.\n\nMicrosoft's share of revenue stays as it was.",
					Author:  "Mara Quist",
				},
				{After: ago(25), Title: "Exclusive interview: the founder who sold three airlines & kept the sandwiches", Summary: "Over lunch she explains why margins are a state of mind."},
				{After: ago(52), Title: "Insurer R&V & two partners: what the merger means for savers"},
				{After: ago(130), Title: "Microsoft raises its dividend by a tenth", Summary: "The board also extended a buyback."},
				{
					After:   ago(64),
					Title:   "Salesforce to buy AI startup that answers the phone for dentists",
					Summary: "The price is about $900 million, people familiar with the talks said.",
					Author:  "Mara Quist",
				},
				{
					After:   at(22),
					Title:   "Cohere ends exclusivity with Google Cloud in renegotiated contract",
					Summary: "The Canadian lab can now sell its models through any provider.",
					Author:  "Mara Quist",
				},
				{After: at(47), Title: "Luxury hotels fill up again, at a price", Summary: "Rooms with exclusive access to the beach sell out first."},
			},
		},
		{
			Name: "docket-daily", Title: "Docket Daily", Format: Atom, Tags: []string{"trade"},
			Articles: []Article{
				{After: ago(14), Title: "Town council votes on new parking rules after two years of hearings"},
				{After: ago(47), Title: "Police probe theft of 200 bicycles from a depot", Summary: "Investigators ask for witnesses."},
				{After: ago(90), Title: "Judges' association warns of backlog in family courts", Author: "Tomasz Reyl"},
				{
					After:   at(12),
					Title:   "FTC opens antitrust investigation into Amazon's deal with Anthropic",
					Summary: "The agency has sent demands for documents to both companies.",
					Body:    "The Federal Trade Commission wants to know whether cloud credits tie the lab to a single supplier.\n\nBoth companies said they would cooperate.",
					Author:  "Tomasz Reyl",
				},
				{
					After:   at(37),
					Title:   "European Commission fines Google over tying of AI assistant to Android",
					Summary: "The Commission found an abuse of dominance. Google said it would appeal.",
				},
			},
		},
		{
			Name: "northgate-tech", Title: "Northgate Tech", Format: RSS, Tags: []string{"trade"}, Relative: true,
			Articles: []Article{
				{After: ago(5), Title: "UK's CMA opens merger inquiry into Microsoft's stake in Mistral AI", Summary: "Comments are invited until the end of the month, the watchdog said."},
				{After: ago(33), Title: "OpenAI adds folders and search to ChatGPT", Summary: "The update reaches all users this week."},
				{After: ago(61), Title: "Review: a keyboard that folds twice and still types well", Author: "Bea Lindqvist"},
				{
					After:   ago(72),
					Title:   "Cohere's finance chief steps down",
					Summary: "The lab has been preparing to sell shares to the public. Its board named an interim successor.",
					Author:  "Bea Lindqvist",
				},
				{After: at(27), Title: "Microsoft investigates outage that kept mail from being searched", Summary: "A fix is on its way, the company says."},
				{
					After:   at(57),
					Title:   "Justice Department sues Nvidia over bundling of AI chips and cloud software",
					Summary: "The antitrust complaint asks the court to end exclusive supply terms.",
					Author:  "Bea Lindqvist",
				},
			},
		},
	}
}
