package newsroom

// demoElsewhere returns the feeds that have nothing to say on the themes, and
// use their words all the same.
func demoElsewhere() []Feed {
	return []Feed{
		{
			Name: "pixel-parade", Title: "Pixel Parade", Format: RSS, Tags: []string{"trade"},
			Articles: []Article{
				{After: ago(12), Title: "Lantern Keep stays a console exclusive until autumn", Summary: "The PC version follows a year later."},
				{After: ago(36), Title: "Microsoft ends exclusivity for three Xbox games", Summary: "They come to other consoles in March.", Author: "Sam Okafor"},
				{After: ago(70), Title: "Speedrunner finishes a farming game in nine minutes"},
				{After: at(2), Title: "Exclusive: first look at the sequel nobody expected", Author: "Sam Okafor"},
				{After: at(34), Title: "Studio behind Hollow Tides gets a new art director"},
			},
		},
		{
			Name: "orbital-post", Title: "Orbital Post", Format: Atom, Tags: []string{"trade"},
			Articles: []Article{
				{After: ago(21), Title: "Probe finds salt under the ice of a small moon", Summary: "The spacecraft passed at a height of 90 kilometres."},
				{After: ago(55), Title: "Clouds of ammonia drift faster than models predicted"},
				{After: ago(88), Title: "Telescope time: why the queue is four years long", Author: "Yuki Brandt"},
				{After: at(9), Title: "Second probe joins the fleet around the red planet"},
				{After: at(44), Title: "The oracle of Delphi stood under this meteor shower", Author: "Yuki Brandt"},
			},
		},
		{
			Name: "vial-and-ward", Title: "Vial and Ward", Format: RSS, Tags: []string{"trade"},
			Articles: []Article{
				{After: ago(18), Title: "Drug maker wins seven years of orphan exclusivity", Summary: "The decision keeps generics out until the next decade."},
				{After: ago(44), Title: "Nurses' pay deal goes to a vote"},
				{After: ago(97), Title: "Trial of a migraine spray meets its goal", Author: "Dr. Hanne Vos"},
				{After: at(24), Title: "Biotech licenses antibody, with exclusive rights for Asia", Summary: "The partner pays $40 million up front."},
				{After: at(54), Title: "Hospital app leaves out holidays, and patients wait", Author: "Dr. Hanne Vos"},
			},
		},
		{
			Name: "practice-desk", Title: "Practice Desk", Format: JSON, Tags: []string{"forum"},
			Articles: []Article{
				{After: ago(8), Title: "Hiring: multi-cloud engineer (Azure, AWS), remote"},
				{After: ago(31), Title: "Seven questions to ask before you move to a second cloud", Summary: "A checklist for small teams."},
				{After: ago(79), Title: "My notes from a week without meetings"},
				{After: at(7), Title: "Webinar: multi-cloud cost control for beginners"},
				{After: at(39), Title: "Ask: do you still write commit messages by hand?"},
			},
		},
	}
}
