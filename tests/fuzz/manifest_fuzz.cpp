// Reads an untrusted manifest. What is accepted must be the same after it was
// written and read again, and its files must be names in its folder. The input
// is a name for a slug, too.
#include "actors/recording/manifest.hpp"
#include "net/base/assert.hpp"

using namespace troupe::actors;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto slug = to_slug(text);
  TROUPE_ASSERT(is_slug(slug));
  TROUPE_ASSERT(to_slug(slug) == slug);
  const auto read = parse_manifest(text);
  if (!read)
    return 0;
  TROUPE_ASSERT(is_recording_id(read->id.str()));
  for (const auto& x : read->parts)
    TROUPE_ASSERT(is_slug(x.file) && x.file != manifest_name);
  // What was written may be longer: escapes, and members that were left out.
  const auto json = to_json(*read);
  const auto again = parse_manifest(json);
  TROUPE_ASSERT(again ? *again == *read : json.size() > max_manifest_octets);
  return 0;
}
