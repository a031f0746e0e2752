/* SPDX-License-Identifier: MIT */
/* Its constructor leaves a file behind, so that a test sees whether any of its code ran. */
#define ALIAS "canary"
#include "body.h"

__attribute__((constructor)) static void
sing(void)
{
    const char *path = getenv("EXECZ_TEST_CANARY");
    FILE *file = path == NULL ? NULL : fopen(path, "w");

    if (file != NULL) {
        fclose(file);
    }
}
