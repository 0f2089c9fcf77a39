#include "net/io/udp/stun_reply_batch.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace troupe::net;

namespace {

std::vector<uint8_t> answer(uint8_t mark, size_t size = 64) {
  std::vector<uint8_t> out(size, mark);
  out[0] = 1; // a success response
  out[1] = 1;
  return out;
}

bool take(stun_reply_batch& replies, const std::vector<uint8_t>& x) {
  return replies.take({x, {}});
}

} // namespace

TEST_CASE("queued STUN responses keep their order until cleared") {
  stun_reply_batch replies;
  for (uint8_t i = 0; i < 3; ++i)
    REQUIRE(take(replies, answer(i)));
  REQUIRE(replies.answers().size() == 3);
  for (uint8_t i = 0; i < 3; ++i)
    CHECK(replies.answers()[i].data.back() == i);
  replies.clear();
  CHECK(replies.answers().empty());
}

TEST_CASE("the queue of STUN responses is bounded") {
  stun_reply_batch replies;
  CHECK_FALSE(take(replies, answer(1, stun_reply_batch::max_octets + 1)));
  CHECK(take(replies, answer(1, stun_reply_batch::max_octets)));
  for (size_t i = 1; i < stun_reply_batch::max_answers; ++i)
    REQUIRE(take(replies, answer(2)));
  CHECK_FALSE(take(replies, answer(3)));
  CHECK(replies.answers().size() == stun_reply_batch::max_answers);
}

TEST_CASE("the queue of STUN responses takes neither media nor DTLS") {
  stun_reply_batch replies;
  for (uint8_t first : {20, 22, 63, 128, 144, 191}) {
    std::vector<uint8_t> x(64);
    x[0] = first;
    CHECK_FALSE(take(replies, x));
  }
  CHECK(replies.answers().empty());
}
