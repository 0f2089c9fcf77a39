#pragma once

#include "protocol/dialects/common/dialect.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Converts canonical requests, outcomes and events to and from one line of
/// text each, for transcripts and for messages of tests.
namespace troupe::test {

/// "consume transport=t2 producer=p1 capabilities paused=false": the verb, the
/// members that are present, and flags.
std::string describe(const protocol::request& request);

/// The outcome that a line such as these describes:
///   ok | capabilities | joined alice people=alice:Alice:av
///   producers=p1:bob:audio data=d1:bob:chat secret=s1 host locked
///   recording=r1:ann |
///   transport t1 | transport t1 sctp turn | connected t1 | ice (turn) |
///   produced p1
///   consumed c1 of p1:bob:video (scores=10:9:9) | consumers c1,c2 | producers
///   p1:bob:audio stats [] | error room-not-found | data-produced d1 |
///   data-consumed e1 of d1:bob:chat | data-consumers e1,e2 |
///   data-subchannels e1 1,2 | data-producers d1:bob:chat |
///   recording r1:ann (or recording) | recordings r1
protocol::outcome parse_outcome(std::string_view line);

/// The event that a line such as these describes:
///   peer-joined bob:Bob:- | peer-updated bob:Bob:a | peer-left bob
///   producer-added p1:bob:audio | producer-closed p1:bob
///   consumer-closed c1:p1 | consumer-paused c1 | consumer-score c1:5:7:7:6
///   consumer-layers-changed c1:2:1 | producer-score p1:5:4
///   producer-layers-wanted p1:1 (or p1)
///   active-speaker bob:-30 (or -) | speaking-peers bob:-30
///   room-locked yes | server-draining 3600 | kicked daily | room-closed daily
///   host-changed yes | unmute-requested audio:ann | lobby-changed yes
///   lobby-list k1:Bob:5 | lobby-entered 2:yes (or 5:no:3) |
///   lobby-message Hello:ann:Ann
///   data-producer-added d1:bob:chat | data-producer-closed d1:bob
///   data-consumer-closed e1:d1 | data-consumer-paused e1
///   recording-started r1:ann | recording-consent-asked r1:ann:ask |
///   recording-stopped r1:disk-full
/// The moderator's id may follow where one can be the author:
///   producer-paused p1:bob:ann | room-locked yes:ann | kicked daily:ann
protocol::any_event parse_event(std::string_view line);

/// The participants in a line such as "alice:Alice:av,bob:Bob:-".
std::vector<protocol::participant> parse_participants(std::string_view line);

/// The dictionaries that no dialect changes, by the names under which
/// transcripts refer to them: <caps>, <rtp>, <ice>, <candidates>, <dtls>,
/// <sctp>, <stream>, <ice-servers> and <many caps>, which are <caps> with two
/// copies under other names.
const std::map<std::string, std::string>& dictionaries();

} // namespace troupe::test
