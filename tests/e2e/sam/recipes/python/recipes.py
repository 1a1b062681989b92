MINUTES = {'oolong': 3, 'mate': 7}
