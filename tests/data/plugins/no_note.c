/* SPDX-License-Identifier: MIT */
#define ALIAS "no_note"
#define NO_NOTE
#define NO_OPTIONS
#include "body.h"
