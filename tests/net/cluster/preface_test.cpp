#include "net/cluster/preface.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

using namespace troupe::net;

namespace {

using preface_octets = std::vector<uint8_t>;

cluster_preface example_preface() {
  cluster_preface out;
  out.cluster = "school";
  out.node = "node-1.example";
  out.incarnation = 0x0123'4567'89ab'cdef;
  out.level = 3;
  out.oldest_level = 2;
  out.media = *parse_address("192.0.2.7", 40'000);
  out.listen = *parse_address("192.0.2.8", 5000);
  out.wall_clock = 0x0000'0190'1234'5678;
  return out;
}

// The fields after the header, which begin with the cluster's name.
constexpr size_t fields_begin = 8;

preface_octets with_octet(size_t offset, uint8_t value) {
  auto out = write_preface(example_preface());
  out.at(offset) = value;
  return out;
}

preface_reader read_all(byte_span in) {
  preface_reader out;
  out.read(in);
  return out;
}

void check_equal(const cluster_preface& x, const cluster_preface& y) {
  CHECK(x.cluster == y.cluster);
  CHECK(x.node == y.node);
  CHECK(x.incarnation == y.incarnation);
  CHECK(x.level == y.level);
  CHECK(x.oldest_level == y.oldest_level);
  CHECK(x.media == y.media);
  CHECK(x.listen == y.listen);
  CHECK(x.wall_clock == y.wall_clock);
}

} // namespace

TEST_CASE("a preface has a fixed layout") {
  auto in = example_preface();
  in.cluster = "c";
  in.node = "n1";
  const preface_octets expected = {
      'T', 'R',  'P',  'C',  0,    1,    0,    39,    // header
      1,   'c',  2,    'n',  '1',                     // names
      1,   0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,  // incarnation
      0,   3,    0,    2,                             // levels
      4,   192,  0,    2,    7,    0x9c, 0x40,        // media
      4,   192,  0,    2,    8,    0x13, 0x88,        // links
      0,   0,    0x01, 0x90, 0x12, 0x34, 0x56, 0x78}; // clock
  CHECK(write_preface(in) == expected);
}

TEST_CASE("a preface survives any splitting and leaves the rest") {
  auto in = example_preface();
  for (const auto* ip : {"192.0.2.7", "2001:db8::7"}) {
    in.media = *parse_address(ip, 5000);
    auto octets = write_preface(in);
    const auto size = octets.size();
    octets.insert(octets.end(), {9, 9, 9});
    for (size_t step = 1; step <= octets.size(); ++step) {
      CAPTURE(step);
      preface_reader reader;
      size_t taken = 0;
      while (reader.status() == preface_reader::state::more) {
        REQUIRE(taken < size);
        const auto rest = byte_span{octets}.subspan(taken);
        taken += reader.read(rest.first(std::min(step, rest.size())));
      }
      CHECK(taken == size);
      REQUIRE(reader.status() == preface_reader::state::done);
      check_equal(reader.value(), in);
      CHECK(reader.read(octets) == 0);
    }
  }
}

TEST_CASE("fields of a later level are ignored") {
  auto octets = write_preface(example_preface());
  octets.insert(octets.end(), 100, 7);
  octets[7] = static_cast<uint8_t>(octets[7] + 100);
  preface_reader reader;
  CHECK(reader.read(octets) == octets.size());
  REQUIRE(reader.status() == preface_reader::state::done);
  check_equal(reader.value(), example_preface());
}

TEST_CASE("a preface without a clock says nothing of it") {
  auto octets = write_preface(example_preface());
  octets.resize(octets.size() - 8);
  octets[7] = static_cast<uint8_t>(octets[7] - 8);
  const auto reader = read_all(octets);
  REQUIRE(reader.status() == preface_reader::state::done);
  CHECK(reader.value().wall_clock == 0);
  CHECK(reader.value().listen == example_preface().listen);
}

TEST_CASE("the longest names fit into a preface") {
  auto in = example_preface();
  in.cluster = std::string(max_node_name, 'c');
  in.node = std::string(max_node_name, 'n');
  in.media = *parse_address("2001:db8::7", 5000);
  const auto octets = write_preface(in);
  CHECK(octets.size() <= max_preface_size);
  const auto reader = read_all(octets);
  REQUIRE(reader.status() == preface_reader::state::done);
  check_equal(reader.value(), in);
}

TEST_CASE("a bad preface is refused") {
  const auto cluster = example_preface().cluster.size();
  const auto node_begin = fields_begin + 1 + cluster;
  const auto incarnation = node_begin + 1 + example_preface().node.size();
  const std::pair<const char*, preface_octets> cases[] = {
      {"magic", with_octet(3, 'X')},
      {"format version", with_octet(5, 2)},
      {"length of the fields", with_octet(7, 20)},
      {"no cluster", with_octet(fields_begin, 0)},
      {"a space in the cluster's name", with_octet(fields_begin + 2, ' ')},
      {"a name beyond the end", with_octet(node_begin, 255)},
      {"an octet of zero in the node's name", with_octet(node_begin + 3, 0)},
      {"oldest level above the level", with_octet(incarnation + 11, 4)},
      {"address family", with_octet(incarnation + 12, 5)},
      {"a longer address", with_octet(incarnation + 12, 6)},
  };
  for (const auto& x : cases) {
    CAPTURE(x.first);
    const auto& octets = x.second;
    preface_reader reader;
    CHECK(reader.read(octets) <= octets.size());
    CHECK(reader.status() == preface_reader::state::bad);
    CHECK(reader.read(octets) == 0);
  }
  auto no_incarnation = write_preface(example_preface());
  std::fill_n(no_incarnation.begin() + static_cast<ptrdiff_t>(incarnation), 8,
              uint8_t{0});
  CHECK(read_all(no_incarnation).status() == preface_reader::state::bad);
}

TEST_CASE("a preface that is too long is refused by its header") {
  auto octets = write_preface(example_preface());
  octets.resize(fields_begin);
  octets[6] = 1016 >> 8;
  octets[7] = 1016 & 0xff;
  CHECK(read_all(octets).status() == preface_reader::state::more);
  ++octets[7];
  CHECK(read_all(octets).status() == preface_reader::state::bad);
}

TEST_CASE("names of nodes have the characters of host names") {
  CHECK(is_node_name("a"));
  CHECK(is_node_name("Node_1.example-2.org"));
  CHECK(is_node_name(std::string(max_node_name, 'x')));
  CHECK_FALSE(is_node_name(""));
  CHECK_FALSE(is_node_name(std::string(max_node_name + 1, 'x')));
  for (const auto* name : {"a b", "a/b", "a\n", "*.example", "\xc3\xa4"})
    CHECK_FALSE(is_node_name(name));
}
