package story

import "strings"

// stops are words that say nothing about what happened: the commonest of some
// languages, and how papers say that they know it from somebody.
var stops = wordSet(`
	a about after again against all already also am amid among an and any are as at be because been before being but by can
	could did do does down during each first for from had has have he her here him his how i if in into is it its just like
	made make may me might more most my new no not now of off on one only or other our out over own reportedly report reports
	said say saying says she should since so some such than that the their them then there these they this those through to
	today too two under until up via was we were what when where which while who whom why will with would year years yes
	yet you your according exclusive sources source update breaking live watch via heres

	der die das den dem des ein eine einer eines einem einen und oder in im an am auf aus bei mit nach von vom vor zu zum zur
	für über um ist sind war wird werden wurde hat haben sich nicht auch als wie es er sie wir ihr dass
	le la les un une des du de et ou en au aux dans sur pour par avec sans est sont qui que se sa son ses ce cette il elle pas plus
	el los las una unos unas y o del al con por para sin es son su sus se que lo más como
	il lo gli i uno di da nel nella sul per con è sono che si del della dei
	het een van voor met op te zijn wordt naar bij
	os um uma dos das no na nos nas com por para sem que seu sua ao`)

func wordSet(list string) map[string]bool {
	set := make(map[string]bool)
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
