/* SPDX-License-Identifier: MIT */
#define VERSION "2.0.0"
#include "generation.h"
