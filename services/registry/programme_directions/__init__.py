"""Programme directions (Arahan Program, AP): the rules of carrying out a programme, part of its agreement."""
