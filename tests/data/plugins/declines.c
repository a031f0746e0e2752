/* SPDX-License-Identifier: MIT */
#define ALIAS "declines"
#define DESCRIPTOR NULL
#include "body.h"
