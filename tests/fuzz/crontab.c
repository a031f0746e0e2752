/* SPDX-License-Identifier: MIT */
#include "invariants.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = fuzz_text(data, size);
    ez_trigger *trigger = NULL;
    execz_error err = EXECZ_ERROR_INIT;
    execz_status status;
    size_t column = 0;

    if (text == NULL) {
        return 0;
    }
    fuzz_hold_zone();
    status = ez_trigger_parse_cron(text, &fuzz_defaults, &trigger, &column, &err);
    fuzz_check(text, status, trigger, column, &err);
    return 0;
}
