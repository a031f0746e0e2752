/* SPDX-License-Identifier: MIT */
/* The bytes are those of a file in a plugin directory. */
#include "plugin/file.h"

/* Not assert(): it must hold in every build. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ez_image image = {
        .path = (char *)"/x/subject.so", .fd = -1, .bytes = (uint8_t *)data, .size = size};
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new_from_image(&image);

    if (file->refusal.status != EXECZ_OK) {
        MUST(file->refusal.code[0] == 'P' && file->refusal.message[0] != '\0');
        return 0;
    }
    MUST(file->id != NULL && file->version != NULL && file->n_parts >= 1);
    for (uint32_t i = 0; i < file->n_parts; i++) {
        MUST(ez_plugin_file_part(file, file->parts[i].aliases[0]) != NULL);
    }
    return 0;
}
