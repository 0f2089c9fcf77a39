#include "rtp/rtcp/compound.hpp"

#include "net/base/rng.hpp"
#include "tests/support/rtp_packets.hpp"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::test;
using namespace troupe::rtp::rtcp;
using rtp::ssrc;

namespace {

/// The only message in `wire`, which must be a `Message`. Views `wire`.
template <class Message>
std::optional<Message> read_one(const octets& wire) {
  auto reader = compound_reader{wire};
  auto x = reader.next();
  if (!x || !std::holds_alternative<Message>(*x) || reader.next())
    return std::nullopt;
  return std::get<Message>(*x);
}

template <class Message>
std::optional<Message> read_one(const compound_builder& x) {
  static octets wire; // outlives the view
  wire = to_octets(x.bytes());
  return read_one<Message>(wire);
}

struct outcome {
  size_t messages = 0;
  size_t unknown = 0;
  size_t malformed = 0;

  bool operator==(const outcome&) const = default;
};

outcome read_all(const octets& wire) {
  outcome result;
  auto reader = compound_reader{wire};
  while (reader.next())
    ++result.messages;
  result.unknown = reader.unknown();
  result.malformed = reader.malformed();
  return result;
}

report_block some_block(uint32_t id) {
  return {ssrc{id}, 12, -3, 0x0001FFFF, 40, 0xAABBCCDD, 0x00018000};
}

} // namespace

TEST_CASE("a sender report is read octet by octet (RFC 3550, 6.4.1)") {
  auto wire = from_hex("81c8000c 01020304 e0e1e2e3 e4e5e6e7 00015f90 00000064"
                       "00002710 0a0b0c0d 40 ffffff 0001fffe 00000007 e2e3e4e5"
                       "00018000");
  auto x = read_one<sender_report>(wire);
  REQUIRE(x);
  CHECK(x->info
        == sender_info{
            ssrc{0x01020304}, {0xE0E1E2E3E4E5E6E7}, 90000, 100, 10000});
  CHECK(x->info.ntp.middle() == 0xE2E3E4E5);
  REQUIRE(x->blocks.size() == 1);
  CHECK(x->blocks[0]
        == report_block{ssrc{0x0A0B0C0D}, 64, -1, 0x0001FFFE, 7, 0xE2E3E4E5,
                        0x00018000});
}

TEST_CASE("reports are read as they were built") {
  report_block blocks[] = {some_block(1), some_block(2)};
  auto info = sender_info{ssrc{9}, {0x0123456789ABCDEF}, 0xFFFFFFFF, 5, 6};
  compound_builder b;
  REQUIRE(b.add_sender_report(info, blocks));
  auto sr = read_one<sender_report>(b);
  REQUIRE(sr);
  CHECK(sr->info == info);
  REQUIRE(sr->blocks.size() == 2);
  CHECK(sr->blocks[1] == blocks[1]);
  b.clear();
  REQUIRE(b.add_receiver_report(ssrc{8}, blocks));
  auto rr = read_one<receiver_report>(b);
  REQUIRE(rr);
  CHECK(rr->sender == ssrc{8});
  REQUIRE(rr->blocks.size() == 2);
  CHECK(std::equal(rr->blocks.begin(), rr->blocks.end(), blocks));
}

TEST_CASE("cumulative loss is clamped to 24 bits") {
  auto x = some_block(1);
  uint8_t out[report_block::wire_size];
  x.cumulative_lost = 1 << 30;
  x.write(out);
  CHECK(report_block::read(out).cumulative_lost == 0x7FFFFF);
  x.cumulative_lost = -(1 << 30);
  x.write(out);
  CHECK(report_block::read(out).cumulative_lost == -0x800000);
}

TEST_CASE("a CNAME of any length is described and found") {
  for (size_t n = 0; n < 9; ++n) {
    auto name = std::string(n, 'c');
    compound_builder b;
    REQUIRE(b.add_sdes(ssrc{7}, name));
    CHECK(b.size() % 4 == 0);
    auto x = read_one<sdes>(b);
    REQUIRE(x);
    CHECK(x->size() == 1);
    CHECK(x->cname(ssrc{7}) == name);
    CHECK_FALSE(x->cname(ssrc{8}));
  }
  compound_builder b;
  CHECK_FALSE(b.add_sdes(ssrc{1}, std::string(256, 'x')));
  CHECK(b.add_sdes(ssrc{1}, std::string(255, 'x')));
}

TEST_CASE("several chunks with other items are walked (RFC 3550, 6.5)") {
  auto wire = from_hex("82ca0006 00000001 0201 61 0103 626364 00 000000"
                       "00000002 0101 7a 00");
  wire[3] = static_cast<uint8_t>(wire.size() / 4 - 1);
  auto x = read_one<sdes>(wire);
  REQUIRE(x);
  CHECK(x->size() == 2);
  CHECK(x->cname(ssrc{1}) == "bcd");
  CHECK(x->cname(ssrc{2}) == "z");
  size_t position = 0;
  CHECK(x->next(position)->ssrc == ssrc{1});
  CHECK(x->next(position)->ssrc == ssrc{2});
  CHECK_FALSE(x->next(position));
}

TEST_CASE("goodbyes have sources and a reason") {
  ssrc sources[] = {ssrc{1}, ssrc{2}};
  compound_builder b;
  REQUIRE(b.add_bye(sources, "done"));
  auto x = read_one<bye>(b);
  REQUIRE(x);
  REQUIRE(x->sources.size() == 2);
  CHECK(x->sources[1].ssrc == ssrc{2});
  CHECK(x->reason == "done");
  b.clear();
  REQUIRE(b.add_bye(sources));
  CHECK(read_one<bye>(b)->reason.empty());
}

TEST_CASE("PLI, FIR and reference times are read as they were built") {
  compound_builder b;
  REQUIRE(b.add_pli(ssrc{1}, ssrc{2}));
  CHECK(to_octets(b.bytes()) == from_hex("81ce0002 00000001 00000002"));
  CHECK(read_one<pli>(b) == pli{ssrc{1}, ssrc{2}});
  b.clear();
  fir_item items[] = {{ssrc{5}, 255}, {ssrc{6}, 0}};
  REQUIRE(b.add_fir(ssrc{1}, items));
  auto f = read_one<fir>(b);
  REQUIRE(f);
  CHECK(std::equal(f->items.begin(), f->items.end(), items));
  b.clear();
  REQUIRE(b.add_rrtr(ssrc{3}, {0x1122334455667788}));
  auto r = read_one<extended_report>(b);
  REQUIRE(r);
  CHECK(r->sender == ssrc{3});
  CHECK(r->reference_time->value == 0x1122334455667788);
  CHECK(r->dlrr.empty());
  b.clear();
  dlrr_item answers[] = {{ssrc{4}, 77, 88}, {ssrc{5}, 0, 0}};
  REQUIRE(b.add_dlrr(ssrc{3}, answers));
  auto d = read_one<extended_report>(b);
  REQUIRE(d);
  CHECK_FALSE(d->reference_time);
  CHECK(std::equal(d->dlrr.begin(), d->dlrr.end(), answers));
}

TEST_CASE("extended reports skip unknown blocks (RFC 3611)") {
  auto wire = from_hex("80cf0007 00000003 07000001 00000000"
                       "04000002 0000000100000002 7f000000");
  auto x = read_one<extended_report>(wire);
  REQUIRE(x);
  CHECK(x->reference_time->value == 0x0000000100000002);
  wire[wire.size() - 1] = 1; // the last block claims a word too many
  CHECK(read_all(wire) == outcome{0, 0, 1});
}

TEST_CASE("REMB is mantissa times a power of two") {
  ssrc sources[] = {ssrc{0x01020304}};
  compound_builder b;
  REQUIRE(b.add_remb(ssrc{1}, 0x3FFFF, sources));
  CHECK(to_octets(b.bytes())
        == from_hex("8fce0005 00000001 00000000 52454d42 01 03ffff 01020304"));
  CHECK(read_one<remb>(b)->bitrate_bps == 0x3FFFF);
  for (auto rate : {uint64_t{0}, uint64_t{1}, uint64_t{300'000},
                    uint64_t{2'500'000'000}, UINT64_MAX}) {
    b.clear();
    REQUIRE(b.add_remb(ssrc{1}, rate, sources));
    auto x = read_one<remb>(b);
    REQUIRE(x);
    CHECK(x->bitrate_bps <= rate);
    CHECK(x->bitrate_bps >= rate - rate / 0x20000);
    REQUIRE(x->sources.size() == 1);
    CHECK(x->sources[0].ssrc == sources[0]);
  }
}

TEST_CASE("a REMB beyond 64 bits becomes the greatest value") {
  auto wire =
      from_hex("8fce0005 00000001 00000000 52454d42 01 ffffff 01020304");
  CHECK(read_one<remb>(wire)->bitrate_bps == UINT64_MAX);
}

TEST_CASE("a REMB that counts more sources than it has is malformed") {
  auto wire =
      from_hex("8fce0005 00000001 00000000 52454d42 ff 03ffff 01020304");
  CHECK(read_all(wire) == outcome{0, 0, 1});
}

TEST_CASE("compounds may begin with feedback (RFC 5506)") {
  compound_builder b;
  b.add_pli(ssrc{1}, ssrc{2});
  b.add_receiver_report(ssrc{1});
  CHECK(read_all(to_octets(b.bytes())) == outcome{2, 0, 0});
}

TEST_CASE("unknown packets are skipped and counted") {
  auto wire = from_hex("80cc0002 00000001 00000002" // APP
                       "83cd0002 00000001 00000002" // TMMBR
                       "8fce0003 00000001 00000002 41424344"
                       "80ff0000"
                       "81ce0002 00000001 00000002");
  CHECK(read_all(wire) == outcome{1, 4, 0});
}

TEST_CASE("malformed packets do not hide those after them") {
  auto wire = from_hex("81c90001 00000001"          // a block is missing
                       "81ce0001 00000001"          // half a PLI
                       "a1ce0002 00000001 000000ff" // padding beyond the packet
                       "a0ce0000"                   // padding without a body
                       "81cd0002 00000001 00000002" // NACK without items
                       "84ce0002 00000001 00000002" // FIR without items
                       "81cb0000"                   // BYE without sources
                       "81ca0001 00000001"          // chunk without an end
                       "81ce0002 00000001 00000002");
  CHECK(read_all(wire) == outcome{1, 0, 8});
}

TEST_CASE("a broken header ends the compound") {
  auto good = std::string{"81ce0002 00000001 00000002"};
  CHECK(read_all({}) == outcome{0, 0, 0});
  CHECK(read_all(from_hex(good + "80")) == outcome{1, 0, 1});
  CHECK(read_all(from_hex(good + "81ce0003 00000001 00000002"))
        == outcome{1, 0, 1});
  CHECK(read_all(from_hex(good + "41ce0000" + good)) == outcome{1, 0, 1});
  CHECK(read_all(from_hex("80c8ffff")) == outcome{0, 0, 1});
}

TEST_CASE("padding at the end is removed") {
  auto wire = from_hex("a1ce0003 00000001 00000002 00000004");
  CHECK(read_one<pli>(wire) == pli{ssrc{1}, ssrc{2}});
}

TEST_CASE("a full builder refuses more and keeps its contents") {
  compound_builder b;
  std::vector<report_block> blocks(31, some_block(1));
  REQUIRE(b.add_receiver_report(ssrc{1}, blocks));
  CHECK(b.size() == 8 + 31 * 24);
  auto before = b.size();
  CHECK_FALSE(b.add_receiver_report(ssrc{1}, blocks));
  CHECK(b.size() == before);
  while (b.add_pli(ssrc{1}, ssrc{2})) {
  }
  CHECK(b.remaining() < 12);
  CHECK(read_all(to_octets(b.bytes())).malformed == 0);
  b.clear();
  CHECK(b.empty());
  blocks.resize(32);
  CHECK_FALSE(b.add_receiver_report(ssrc{1}, blocks));
}

TEST_CASE("a reader survives random octets") {
  constexpr uint64_t seed = 3;
  CAPTURE(seed);
  auto rng = net::make_seeded_rng(seed);
  for (int round = 0; round < 20000; ++round) {
    octets wire(4 + 4 * rng->below(20));
    rng->fill(wire);
    wire[0] = static_cast<uint8_t>(0x80 | (wire[0] & 0x1F));
    wire[1] = static_cast<uint8_t>(200 + rng->below(8));
    wire[2] = 0;
    wire[3] = static_cast<uint8_t>(rng->below(uint32_t(wire.size() / 4)));
    auto x = read_all(wire);
    CHECK(x.messages + x.unknown + x.malformed > 0);
  }
}
