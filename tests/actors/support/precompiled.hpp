// What most tests of actors include, compiled once.
#pragma once

#include "actors/precompiled.hpp"

#include "actors/room/server_actor.hpp"
#include "actors/transport/media_services.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include <doctest/doctest.h>

#include <rapidjson/document.h>
#include <rapidjson/pointer.h>
#include <rapidjson/writer.h>
