// The theme draws its icons from a font. Its script of 1.5 MB, which would draw them once more as pictures, is left out.
