package newsroom

// demoTrade returns the trade press: clouds, software, chips and work.
func demoTrade() []Feed {
	return []Feed{
		{
			Name: "cloud-column", Title: "The Cloud Column", Format: Atom, Tags: []string{"trade"},
			Articles: []Article{
				{
					After:   ago(11),
					Title:   "Mistral AI picks CoreWeave as second compute supplier beside Azure",
					Summary: "The French lab diversifies its compute for the next training run.",
					Body:    "Mistral has reserved a cluster in Norway for two years.\n\nIts models stay on sale in Azure's catalogue.",
					Author:  "Dele Marchetti",
				},
				{After: ago(28), Title: "How to build a multi-cloud landing zone in a weekend", Summary: "A tutorial with templates for AWS, Azure and Google Cloud."},
				{After: ago(66), Title: "Azure adds two regions in the southern hemisphere"},
				{After: at(17), Title: "FTC opens antitrust investigation into Amazon's deal with Anthropic", Summary: "Cloud credits are at the centre of the inquiry.", Author: "Dele Marchetti"},
				{
					After:   at(49),
					Title:   "OpenAI turns to Google Cloud for extra capacity, loosening reliance on Azure",
					Summary: "The lab will rent TPUs in two regions.",
				},
			},
		},
		{
			Name: "stack-notes", Title: "Stack Notes", Format: JSON, Tags: []string{"trade"},
			Articles: []Article{
				{After: ago(16), Title: "Ten small habits that keep a monorepo fast"},
				{After: ago(38), Title: "Oracle patches its database: 14 fixes, two of them urgent", Author: "Ravi Noor"},
				{After: ago(84), Title: "Claude learns to read spreadsheets", Summary: "Anthropic's assistant now opens files of up to 100 sheets."},
				{
					After:   ago(48),
					Title:   "Three DeepMind researchers leave for Mistral",
					Summary: "They worked on speech, and will build a team in Paris.",
					Author:  "Ravi Noor",
				},
				{After: at(14), Title: "A new release of the Rust compiler halves link times"},
				{
					After:   at(42),
					Title:   "AT&amp;T, R&amp;D & <b>rights</b>: Mistral AI grants Azure exclusive rights to its next model",
					Summary: "A title full of markup, as careless feeds deliver it.",
					Author:  "Ravi Noor",
				},
			},
		},
		{
			Name: "signal-ridge", Title: "Signal Ridge", Format: Atom, Tags: []string{"trade"}, Relative: true,
			Articles: []Article{
				{After: ago(22), Title: "Undersea cable between two islands is repaired", Author: "Jonas Apted"},
				{After: ago(58), Title: "The exclusive club of carriers with a profit on 5G"},
				{After: ago(101), Title: "Spectrum auction ends after 112 rounds"},
				{
					After:   at(29),
					Title:   "<!channel> Microsoft adds Anthropic models to Copilot alongside OpenAI's",
					Summary: "Customers can choose the model per task. <@U0000> was not told.",
					Author:  "Jonas Apted",
				},
				{After: at(59), Title: "Satellite operator moves its headquarters to the coast"},
			},
		},
		{
			Name: "gridpoint", Title: "Gridpoint", Format: JSON, Tags: []string{"trade"},
			Articles: []Article{
				{After: ago(13), Title: "Wind parks earned more at night than by day this quarter"},
				{After: ago(49), Title: "Nvidia shows a chip that sips power", Summary: "The part is meant for cars.", Author: "Lotte Brand"},
				{After: ago(93), Title: "Utilities probe cause of transformer fires"},
				{
					After:   ago(37),
					Title:   "Meta to build AI data center beside an old steel mill",
					Summary: "It will draw 400 megawatts from a river dam.",
					Author:  "Lotte Brand",
				},
				{
					After:   ago(56),
					Title:   "Amazon tests its own AI chip in place of Nvidia's",
					Summary: "The part is to train models at half the power.",
					Author:  "Lotte Brand",
				},
				{After: at(19), Title: "Battery maker opens a second plant near the river"},
				{After: at(52), Title: "Why heat pumps hum, and what helps", Author: "Lotte Brand"},
			},
		},
	}
}
