#include "actors/media/encoding_scores.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

TEST_CASE("the scores of the encodings that have begun are told in order") {
  encoding_scores scores;
  CHECK(scores.all().empty());
  scores.handle({2, rtp::ssrc{22}, "h", 9});
  scores.handle({0, rtp::ssrc{20}, "l", 7});
  scores.handle({2, rtp::ssrc{22}, "h", 4});
  const auto all = scores.all();
  REQUIRE(all.size() == 2);
  CHECK(all[0].encoding == 0);
  CHECK(all[0].ssrc == 20);
  CHECK(all[0].score == 7);
  CHECK(all[1].encoding == 2);
  CHECK(all[1].rid == "h");
  CHECK(all[1].score == 4);
}

TEST_CASE("consumers find the scores on the board") {
  auto board = std::make_shared<score_board>(3);
  encoding_scores scores;
  scores.use(board);
  scores.handle({1, rtp::ssrc{21}, "m", 8});
  CHECK(board->scores() == std::vector{0, 8, 0});
}
