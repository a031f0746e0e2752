/* SPDX-License-Identifier: MIT */
/* The note has one option, the component another. */
#define ALIAS "other_options"
#define NO_OPTIONS
#include <execz/plugin.h>
EXECZ_OPTIONS(options, ALIAS, EXECZ_OPTION(INT, 0, "depth", "1", "", "In the note only"));
#include "body.h"
