/* SPDX-License-Identifier: MIT */
#define ALIAS "disagrees"
#define CODE_VERSION "9.9.9"
#include "body.h"
