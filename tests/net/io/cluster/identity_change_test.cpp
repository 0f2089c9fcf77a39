#include "tests/net/io/cluster/cluster_node.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace troupe::net;
using namespace troupe::net::testing;
using namespace std::chrono_literals;

namespace {

cluster_settings watchful(const std::string& node, cluster_files files) {
  auto out = settings_of(node, std::move(files));
  out.file_check = 5ms;
  return out;
}

cluster_settings dialling(const cluster_node& to, const std::string& node,
                          cluster_files files) {
  auto out = settings_of(node, std::move(files));
  out.seeds = {to.address()};
  return out;
}

// Replaces files as tools for certificates do: each by another complete file.
void replace_files(const cluster_files& in, const cluster_files& by) {
  auto replace = [](const std::string& to, const std::string& from) {
    std::filesystem::copy_file(from, to + ".new");
    std::filesystem::rename(to + ".new", to);
  };
  replace(in.certificate, by.certificate);
  replace(in.key, by.key);
  replace(in.ca, by.ca);
}

} // namespace

TEST_CASE("new links use new certificates, and old links stand") {
  cluster_certificates before;
  cluster_certificates after;
  auto files = before.issue("b");
  cluster_node b{watchful("b", files)};
  REQUIRE(!b.error);
  const auto expired_before = b.port.stats().certificate_expires;
  CHECK(expired_before > 0);
  cluster_node a{dialling(b, "a", before.issue("a"))};
  REQUIRE(b.links.wait_opened(1).size() == 1);
  REQUIRE(a.links.wait_opened(1).size() == 1);
  replace_files(files, after.issue("b"));
  REQUIRE(b.links.wait_identity(""));
  cluster_node c{dialling(b, "c", after.issue("c"))};
  REQUIRE(b.links.wait_opened(2).size() == 2);
  CHECK(b.links.wait_opened(2).at(1).remote.node == "c");
  // A node of another CA is refused as ever.
  const auto refused = b.refused(link_refusal::tls);
  cluster_certificates former;
  cluster_node d{dialling(b, "d", former.issue("d"))};
  CHECK(cluster_eventually(
      [&] { return b.refused(link_refusal::tls) > refused; }));
  // The link from before carries octets as ever.
  const auto data = hello_frame(1) + message_frame("as ever");
  REQUIRE(write_link(a.links.wait_opened(1).at(0).descriptor, data));
  CHECK((read_link(b.links.wait_opened(1).at(0).descriptor, data.size())
         == data));
}

TEST_CASE("files that cannot be used leave the former identity") {
  cluster_certificates ca;
  auto files = ca.issue("b");
  cluster_node b{watchful("b", files)};
  REQUIRE(!b.error);
  std::string why;
  SUBCASE("no certificate") {
    std::ofstream{files.certificate} << "no PEM at all\n";
    why = "cluster.certificate: " + files.certificate + " cannot be read";
  }
  SUBCASE("the certificate of another node") {
    ca.issue("b", {.names = {"c"}});
    why = "do not contain \"b\"";
  }
  SUBCASE("an expired certificate") {
    ca.issue("b", {.names = {"b"}, .expired = true});
    why = "certificate has expired";
  }
  SUBCASE("no file") {
    std::filesystem::remove(files.ca);
    why = "cluster.ca: " + files.ca + " cannot be read";
  }
  CAPTURE(why);
  REQUIRE(b.links.wait_identity(why));
  if (std::filesystem::exists(files.ca)) {
    cluster_node c{dialling(b, "c", ca.issue("c"))};
    CHECK(b.links.wait_opened(1).size() == 1);
    ca.issue("b");
    CHECK(b.links.wait_identity(""));
  }
}
