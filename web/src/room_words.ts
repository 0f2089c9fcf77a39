/**
 * The words of invented room names: short, plain English, and easy to tell
 * apart when read aloud. No word begins with another or differs from it by one
 * letter, and none sounds like another or is spelt in two ways.
 */
export const ROOM_WORDS: readonly string[] = `
abacus able acorn acrobat active actor adapter address agile aim airport
alcove alert algebra almond alpaca amber amount ample anchor angle answer
anthem antique apricot apron aqua arch area arrow artist artwork aspen aster
athlete atlas atrium attic aurora author autumn avenue avocado awning azure
badge bagel baker balance balcony ballad ballet balloon bamboo banana banjo
banner barber barley barn barrel basic basket bassoon battery beacon beam
beaver bedroom begin beige belt bench beret bicycle billow biplane birch
biscuit bison blanket blazer blender blink bloom blossom boat bobcat bobsled
bold bonfire bonnet bonus book borrow bottle bounce bouquet bowl box bracket
brave breeze brick bridge brief bright brioche broad brocade bronze brunch
brush bubble bucket buckle buffet bugle bundle burrito butter button cabbage
cabin cactus cadence calcium caliber call calypso camel camera campus canary
candid candle candy canoe canopy canvas canyon capsule captain caramel
caravan card careful carpet carry cartoon cascade cashew castle casual
catalog catch catfish cave cedar celery cello century ceramic certain chair
chalk chapter charm cheer cheese cheetah chef cherry chess chimney chorus
chowder cinema circle circus citrus clap clarity classic clean clever cliff
climate climb clipper clock closet cloud clown cluster coast cobalt cobbler
cockpit cocoa coconut code coffee collage collar collect column comb comedy
comet comfort comma compact compass compose concert condor connect contest
convoy cookie cool copilot copper coral corgi corner cosmic costume cottage
cotton couch cougar count courage cousin cover cowboy coyote crab cracker
cradle craft crane crater crayon cricket crimson crocus cross crouton crow
cruise crumb crumpet crystal cuckoo culture cumin cupcake curator curious
cushion custard cutlery cyan cycle cyclist cypress dahlia daily dance daring
dawn decade deep degree deliver delta denim dentist design desk dessert
detail diagram dialog diamond diary digit dingo dinner diploma direct dish
diver doctor doll dolphin dome domino donkey door double dozen dragon draw
dream dresser drift drive drizzle drum duck duffel dune dynamo eager eagle
early earring earth easel easy ebony echo eclair eclipse edge editor effect
elastic elbow elegant elk embark emblem emerald encore endless energy engine
enigma entry equator errand eternal evening event exact example explore
fabric fact fairway falcon famous fancy fanfare farmer fashion feather fence
fennel ferret ferry fiction fiddle field figure filter final finch finger
finish firefly firm fitness fjord flag flannel flask float floor fluent
fluffy flute foam focus folder follow fondue forest forever forge fork
format formula fortune frame freckle freedom fresh friend frog frosty fudge
full funny furnish futon future gadget galaxy gallery gallon game garage
garden garlic gateway gather gazebo gecko gelato gem genre gentle gesture
geyser giant gibbon giggle gingham giraffe give glacier glad glass glimmer
globe glow goblet golden gondola good goose gopher gourmet grammar granary
grand granite granola grape graphic gravel gravity gravy green grid grocery
grotto grove guess guide guitar gulf gumdrop gymnast habit haiku halibut
hammock hamster handbag hangout happily happy hardy harmony harp harvest hat
hawk hayloft hazel height helium helmet help hen hero hickory hike hill
hinge hippo holiday honest honey hopeful horizon hotel house hug humble
hurry husky ibex iceberg icicle idea iguana imagine impala imprint improve
impulse include index indigo inkling inkwell inspire instant invent invite
iris island item ivory ivy jacket jackpot jade jaguar jar jasmine jelly
jetpack jewel jigsaw jockey jog join joke journal journey joyful jubilee
juggler juicy jumbo jump jungle juniper kale kayak kazoo keen ketchup kettle
keynote kimono kind kinship kitchen kite kitten kiwi koala kumquat ladder
lagoon lake lamb lantern laptop large lasting lattice laugh launch laurel
layout learn legend leisure lemon lemur lend lentil leopard letter lettuce
level liberty library lift lilac lily lime linen lion listen lively lizard
llama loafer lobby lobster locket logic long lotus loyal lucky lunar lychee
lyric machine maestro magenta magic magnet magpie mailbox major mammoth
manage mango mansion mantle maple maraca marble margin marimba market marmot
maroon mascot mauve maximum meadow measure medley meerkat mellow melody
melon memo mentor menu merit mermaid message meteor method mighty mild
mileage million mimosa minnow miracle mirror misty mix mocha model modern
mohair moment month moon mosaic moss motion motor motto move muffin mule
museum music napkin navy neat nebula nectar needle neutral nimble nimbus
noble noodle novel novice nozzle nugget number nursery nutmeg oasis oatmeal
oboe observe ocean ocelot ochre octagon octave octopus offer office olive
olympic omelet onion onward opal open opera opinion option oracle orange
orbit orca orchard orchid oregano origami origin osprey ostrich otter
ottoman outdoor outline outlook oxygen oyster pack padlock page paint
pajamas palace palm pancake panda panel panther papaya paper paprika papyrus
parade parcel parrot parsley parsnip part passage pasta pastry pasture path
patient patio pattern peach peacock peanut pebble pelican pencil pendant
penguin pepper perfect perform period permit pesto petunia phoenix photo
phrase pianist piano pickle picnic picture pigeon pigment pillar pink pipe
pitcher pivot pixel pixie pizza planet planner plate playful plaza plot plug
plumber plush podium poem polish polite pollen polygon pond popcorn poppy
popular porch portion poster potato powder prairie precise premium pretzel
printer prism prize product program promise promote proof protect proud
prune public pudding puddle pulley pulse puma pumice pumpkin pupil puppet
pure purple purpose puzzle pyramid quail quarry quarter quench quiche quick
quiet quince quiver quiz quota rabbit raccoon radiant radio radish railing
railway rainbow raisin ramp ranch ranger rank rapid rare rattle raven ravine
reader ready reason rebound recipe recital reef refresh regatta regular
relish remark reply report rescue result return revolve reward rhubarb
rhythm rice rider ripple robin robust romance rooftop rope rotate round
rowboat ruby rudder ruler runway rustic saddle saffron saga sailor salad
salmon salsa sampler sandal sardine satchel satisfy savanna scale scallop
scarf scarlet scenic scholar school science scooter score script sculpt
seagull search seaside seaweed section select sequoia service shampoo shape
shed shelf shine shirt shop shovel shrimp shutter shuttle signal silence
silicon silky silver simple sing sister skate sketch skillet skip skyline
sleek sleeve sliding slogan sloth smart smile smooth snail snapper snowman
snowy soccer sock sofa solar solid solve soprano sorbet soup source space
spaniel sparrow spatula speak special speech speed spin spiral splash sponge
spoon spring spruce square squid stable stadium stage stairs stamp stand
star statue steady stencil stereo stone stool stork stream stretch stripe
strudel student studio study subway sudden sugar summer summit sunbeam
sundial sunset super surfing sushi swallow sweater swift swim syrup system
tablet taco tadpole talent tape tapir target tartan task taste tavern
teacher teacup teal teapot tempo tender tennis tent terrace terrain textile
thank theme theory thermos thesis thicket thimble thistle thread thrush
thunder tiara tidy tiger tile timber tinsel tiptoe toaster tofu token tomato
topaz topic total toucan tourist towel toy tractor trail transit tray
treetop trellis tribute trio tripod trivia trolley trophy trout true truffle
tugboat tulip tuna tundra tunnel turbine turnip turtle tutor tuxedo twig
twine twinkle twirl twist ukulele uncle unique unit unlock upbeat upgrade
upper upward useful utensil valley value vanilla vanish variety vase vault
vehicle velvet veranda verse version vest vibrant view viking villa vine
vintage violet violin virtue vision visit vitamin vivid vocal voice volcano
volume voyage waffle wagon walkway walnut walrus waltz wander warm wash
wedding weekend welcome whimsy whisker wick wide width winding window winter
wisdom witty wolf wombat word wreath wrench writer yak year zebra zenith
zephyr zesty zigzag zipper zoom
`.trim().split(/\s+/);
