# One function for the shop's door and for what its queue has; how long tea takes is in the layer.
from recipes import MINUTES

STRENGTH = 'weak'


def handler(event, context):
    if 'Records' in event:
        for record in event['Records']:
            print('brewed', STRENGTH, record['body'])
        return None
    of = event['pathParameters']['of'] if 'pathParameters' in event else event['of']
    return {'ordered': of, 'strength': STRENGTH, 'minutes': MINUTES[of]}
