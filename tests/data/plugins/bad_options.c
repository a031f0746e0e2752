/* SPDX-License-Identifier: MIT */
/* A default that its own range forbids. */
#define ALIAS "bad_options"
#define NO_OPTIONS
#include <execz/plugin.h>
EXECZ_OPTIONS(options, ALIAS, EXECZ_OPTION(INT, 0, "depth", "99", "1..10", "How deep"));
#include "body.h"
