/* SPDX-License-Identifier: MIT */
/*
 * The dynamic section is found as the loader finds it, by its segment, and its texts by the address
 * of their table, which the load segments translate to a place in the file.  Section headers are not
 * asked: the loader does not know them, so they could say something else.
 */
#include "plugin/elf_dynamic.h"

#include "plugin/elf_note.h"
#include "plugin/range.h"

#include <elf.h>

/* Real files have a few dozen of each; more only cost time. */
#define ENTRIES_MAX 4096u
#define NEEDED_MAX 256u

typedef struct tables {
    ez_range image;
    Elf64_Ehdr header;
    ez_range entries; /* Elf64_Dyn */
    ez_range texts;
} tables;

static bool
read_segment(const tables *self, unsigned index, Elf64_Phdr *out)
{
    return index < self->header.e_phnum && self->header.e_phoff <= self->image.size &&
           ez_range_fetch(self->image, self->header.e_phoff + (uint64_t)index * sizeof *out, out,
                          sizeof *out);
}

/* The first segment of that type. */
static bool
find_segment(const tables *self, uint32_t type, Elf64_Phdr *out)
{
    for (unsigned i = 0; read_segment(self, i, out); i++) {
        if (out->p_type == type) {
            return true;
        }
    }
    return false;
}

/* The bytes of the file that are loaded to an address. */
static bool
find_loaded(const tables *self, uint64_t address, uint64_t size, ez_range *out)
{
    Elf64_Phdr segment;

    for (unsigned i = 0; read_segment(self, i, &segment); i++) {
        ez_range loaded;

        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
            address - segment.p_vaddr < segment.p_filesz) {
            return ez_range_part(self->image, segment.p_offset, segment.p_filesz, &loaded) &&
                   ez_range_part(loaded, address - segment.p_vaddr, size, out);
        }
    }
    return false;
}

/* The entry at index; false at the end of the table. */
static bool
read_entry(const tables *self, unsigned index, Elf64_Dyn *out)
{
    return index < ENTRIES_MAX &&
           ez_range_fetch(self->entries, (uint64_t)index * sizeof *out, out, sizeof *out) &&
           out->d_tag != DT_NULL;
}

static uint64_t
value_of(const tables *self, int64_t tag)
{
    Elf64_Dyn entry;

    for (unsigned i = 0; read_entry(self, i, &entry); i++) {
        if (entry.d_tag == tag) {
            return entry.d_un.d_val;
        }
    }
    return 0;
}

static execz_status
open_tables(tables *self, execz_error *err)
{
    Elf64_Phdr dynamic;

    if (!ez_range_fetch(self->image, 0, &self->header, sizeof self->header)) {
        return ez_elf_truncated(err, "ELF header");
    }
    if (!find_segment(self, PT_DYNAMIC, &dynamic) ||
        !ez_range_part(self->image, dynamic.p_offset, dynamic.p_filesz, &self->entries) ||
        !find_loaded(self, value_of(self, DT_STRTAB), value_of(self, DT_STRSZ), &self->texts)) {
        return ez_elf_truncated(err, "dynamic section");
    }
    return EXECZ_OK;
}

static execz_status
read_entries(const tables *self, ez_elf_dynamic *out, execz_error *err)
{
    const char *old_path = NULL;
    Elf64_Dyn entry;

    for (unsigned i = 0; read_entry(self, i, &entry); i++) {
        bool is_text = entry.d_tag == DT_NEEDED || entry.d_tag == DT_SONAME ||
                       entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH;
        const char *text = is_text ? ez_range_text(self->texts, entry.d_un.d_val) : NULL;

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
    tables self = {.image = {image, size}};
    g_auto(ez_elf_dynamic) found = {.needed = g_ptr_array_new()};
    execz_status status = open_tables(&self, err);
    Elf64_Phdr stack;

    if (status == EXECZ_OK) {
        status = read_entries(&self, &found, err);
    }
    if (status == EXECZ_OK) {
        /* Without the segment the loader falls back to what was usual before there was one. */
        found.executable_stack =
            !find_segment(&self, PT_GNU_STACK, &stack) || (stack.p_flags & PF_X) != 0;
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
