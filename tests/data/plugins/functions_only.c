/* SPDX-License-Identifier: MIT */
#define ID "org.execz.test.functions_only"
#define ALIAS "functions_only"
#define CAPS EXECZ_CAP_FUNCTION
#include "body.h"
