/* SPDX-License-Identifier: MIT */
/*
 * Everything is found as the loader finds it, by segments and the dynamic section.  Section headers
 * are not asked: the loader does not know them, so they could say something else.
 */
#include "plugin/elf_memory.h"

/* Real files have a few dozen; more only cost time. */
#define ENTRIES_MAX 4096u

bool
ez_elf_memory_segment(const ez_elf_memory *self, unsigned index, Elf64_Phdr *out)
{
    return index < self->header.e_phnum && self->header.e_phoff <= self->image.size &&
           ez_range_fetch(self->image, self->header.e_phoff + (uint64_t)index * sizeof *out, out,
                          sizeof *out);
}

bool
ez_elf_memory_find_segment(const ez_elf_memory *self, uint32_t type, Elf64_Phdr *out)
{
    for (unsigned i = 0; ez_elf_memory_segment(self, i, out); i++) {
        if (out->p_type == type) {
            return true;
        }
    }
    return false;
}

bool
ez_elf_memory_init(ez_elf_memory *self, const uint8_t *image, size_t size)
{
    Elf64_Phdr dynamic;

    self->image = (ez_range){image, size};
    return ez_range_fetch(self->image, 0, &self->header, sizeof self->header) &&
           ez_elf_memory_find_segment(self, PT_DYNAMIC, &dynamic) &&
           ez_range_part(self->image, dynamic.p_offset, dynamic.p_filesz, &self->dynamic);
}

bool
ez_elf_memory_entry(const ez_elf_memory *self, unsigned index, Elf64_Dyn *out)
{
    return index < ENTRIES_MAX &&
           ez_range_fetch(self->dynamic, (uint64_t)index * sizeof *out, out, sizeof *out) &&
           out->d_tag != DT_NULL;
}

uint64_t
ez_elf_memory_value(const ez_elf_memory *self, int64_t tag)
{
    Elf64_Dyn entry;

    for (unsigned i = 0; ez_elf_memory_entry(self, i, &entry); i++) {
        if (entry.d_tag == tag) {
            return entry.d_un.d_val;
        }
    }
    return 0;
}

/* What is loaded from address on, to the end of its segment. */
static bool
find_loaded(const ez_elf_memory *self, uint64_t address, ez_range *out)
{
    Elf64_Phdr segment;

    for (unsigned i = 0; ez_elf_memory_segment(self, i, &segment); i++) {
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
            address - segment.p_vaddr < segment.p_filesz) {
            ez_range loaded;
            uint64_t before = address - segment.p_vaddr;

            return ez_range_part(self->image, segment.p_offset, segment.p_filesz, &loaded) &&
                   ez_range_part(loaded, before, loaded.size - before, out);
        }
    }
    return false;
}

bool
ez_elf_memory_part(const ez_elf_memory *self, uint64_t address, uint64_t size, ez_range *out)
{
    ez_range loaded;

    return find_loaded(self, address, &loaded) && ez_range_part(loaded, 0, size, out);
}

const char *
ez_elf_memory_text(const ez_elf_memory *self, uint64_t address)
{
    ez_range loaded;

    return find_loaded(self, address, &loaded) ? ez_range_text(loaded, 0) : NULL;
}

bool
ez_elf_memory_pointer(const ez_elf_memory *self, uint64_t address, uint64_t *out)
{
    ez_range table, place;

    if (ez_elf_memory_part(self, ez_elf_memory_value(self, DT_RELA),
                           ez_elf_memory_value(self, DT_RELASZ), &table)) {
        for (size_t at = 0; table.size - at >= sizeof(Elf64_Rela); at += sizeof(Elf64_Rela)) {
            Elf64_Rela change;

            memcpy(&change, table.bytes + at, sizeof change);
            if (change.r_offset == address) {
                *out = (uint64_t)change.r_addend; /* without a symbol: relative to the file */
                return ELF64_R_SYM(change.r_info) == 0;
            }
        }
    }
    /* A packed table of changes leaves the address where it will be. */
    return ez_elf_memory_part(self, address, sizeof *out, &place) &&
           ez_range_fetch(place, 0, out, sizeof *out);
}
