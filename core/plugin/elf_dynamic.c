/* SPDX-License-Identifier: MIT */
#include "plugin/elf_dynamic.h"

#include "plugin/elf_memory.h"
#include "plugin/elf_note.h"

/* Real files have a few dozen; more only cost time. */
#define NEEDED_MAX 256u

static execz_status
read_entries(const ez_elf_memory *self, ez_range texts, ez_elf_dynamic *out, execz_error *err)
{
    const char *old_path = NULL;
    Elf64_Dyn entry;

    for (unsigned i = 0; ez_elf_memory_entry(self, i, &entry); i++) {
        bool is_text = entry.d_tag == DT_NEEDED || entry.d_tag == DT_SONAME ||
                       entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH;
        const char *text = is_text ? ez_range_text(texts, entry.d_un.d_val) : NULL;

        if (is_text && (text == NULL || out->needed->len == NEEDED_MAX)) {
            return ez_elf_truncated(err, "dynamic section");
        }
        if (entry.d_tag == DT_NEEDED) {
            g_ptr_array_add(out->needed, (char *)text);
        } else if (entry.d_tag == DT_SONAME) {
            out->name = text;
        } else if (entry.d_tag == DT_RUNPATH) {
            out->run_path = text;
        } else if (entry.d_tag == DT_RPATH) {
            old_path = text;
        } else if (entry.d_tag == DT_TEXTREL ||
                   (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_TEXTREL) != 0)) {
            out->text_relocations = true;
        }
    }
    out->run_path = out->run_path == NULL ? old_path : out->run_path;
    return EXECZ_OK;
}

execz_status
ez_elf_dynamic_read(const uint8_t *image, size_t size, ez_elf_dynamic *out, execz_error *err)
{
    g_auto(ez_elf_dynamic) found = {.needed = g_ptr_array_new()};
    execz_status status;
    ez_elf_memory memory;
    Elf64_Phdr stack;
    ez_range texts;

    if (!ez_elf_memory_init(&memory, image, size) ||
        !ez_elf_memory_part(&memory, ez_elf_memory_value(&memory, DT_STRTAB),
                            ez_elf_memory_value(&memory, DT_STRSZ), &texts)) {
        return ez_elf_truncated(err, "dynamic section");
    }
    status = read_entries(&memory, texts, &found, err);
    if (status == EXECZ_OK) {
        /* Without the segment the loader falls back to what was usual before there was one. */
        found.executable_stack = !ez_elf_memory_find_segment(&memory, PT_GNU_STACK, &stack) ||
                                 (stack.p_flags & PF_X) != 0;
        *out = found;
        found.needed = NULL;
    }
    return status;
}

void
ez_elf_dynamic_deinit(ez_elf_dynamic *self)
{
    g_clear_pointer(&self->needed, g_ptr_array_unref);
}
