/* SPDX-License-Identifier: MIT */
/* Does not start. */
#define VERSION "3.0.0"
#define REASON "the port is taken"
#include "generation.h"
